/** The backends that the library's own code is held to the laws on: those of every user, and threads. */
import type { Backend } from 'paralens';
import { backends } from 'paralens/laws';
import { inPieces } from '../../wasm/compiled.js';

export const everyBackend: readonly Backend[] = [...backends, inPieces(2, 2), inPieces(3, 3)];

/** A third of the examples for steps in pieces: which are computed as one thread computes them, or all wrong. */
export const runsOn = ({ threads }: Backend, runs: number): number =>
  threads > 1 ? Math.ceil(runs / 3) : runs;
