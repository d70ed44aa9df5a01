/** Everything that is compared with PyTorch, by the name of its function in `engine.py`. */
import type { Family } from './case.js';
import { convolutions } from './families/convolution.js';
import { dense } from './families/dense.js';
import { losses } from './families/loss.js';
import { normalizations } from './families/normalization.js';
import { sequences } from './families/sequence.js';
import { updates } from './families/update.js';

export const families: { readonly [name: string]: Family } = {
  ...dense,
  ...convolutions,
  ...normalizations,
  ...sequences,
  ...losses,
  ...updates,
};
