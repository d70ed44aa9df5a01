/** How the elements of a reduction become one. */
import type { Reduction } from '../../program/kernel.js';

export type Combine = Reduction['combine'];
