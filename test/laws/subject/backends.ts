/** The backends that the library's own code is held to the laws on. */
import type { Backend } from 'paralens';
import { backends } from 'paralens/laws/kit';
import { inPieces } from '../../wasm/compiled.js';

/** Those of every user, and steps in pieces for two and three threads. */
export const withPieces: readonly Backend[] = [...backends, inPieces(2, 2), inPieces(3, 3)];

/**
 * Those of every user. `pieces.test.ts` shows that a program in pieces is the program bit for bit, so a law that holds
 * on one thread holds in pieces; with `PARALENS_LAWS_BACKENDS=all`, as in `test:thorough` and `coverage:laws`, each law
 * is asked of them as well.
 */
export const everyBackend: readonly Backend[] =
  process.env['PARALENS_LAWS_BACKENDS'] === 'all' ? withPieces : backends;

/**
 * Those that compile: of every user but the reference. The reference computes a composite primitive by primitive, so
 * what the laws say of each primitive on it, and of the composite in float64, it has nothing to add to. With
 * `PARALENS_LAWS_BACKENDS=all` the reference is asked too.
 */
export const compiledBackends: readonly Backend[] =
  everyBackend === withPieces ? withPieces : everyBackend.filter(({ name }) => name !== 'reference');

/**
 * Those that compile, where all is asked, and none in `npm test`: for what closed forms on each backend already hold to
 * the bit.
 */
export const thoroughBackends: readonly Backend[] = everyBackend === withPieces ? compiledBackends : [];

/** A third of the examples for steps in pieces: which are computed as one thread computes them, or all wrong. */
export const runsOn = ({ threads }: Backend, runs: number): number =>
  threads > 1 ? Math.ceil(runs / 3) : runs;
