/** The backends that the library's own code is held to the laws on: those of every user, and threads. */
import type { Backend } from 'paralens';
import { backends } from 'paralens/laws';
import { inPieces } from '../../wasm/compiled.js';

export const everyBackend: readonly Backend[] = [...backends, inPieces(2, 2), inPieces(3, 3)];
