/** Prequential (test-then-train) evaluation: running means of losses or errors that forget old values. */
import { requireCount, required, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import { requireFinite } from './drift.js';

/** Fading sums of the numbers and their weights. */
type Faded = readonly [sum: number, weight: number];

/**
 * The prequential mean with a fading factor α: the weight of a number decreases by α with every later one, so that
 * about the last 1/(1 − α) numbers count. With α = 1 it is the mean of all. Throws if the factor is not in (0, 1]; a
 * step throws if a number is not finite.
 *
 * Source: J. Gama, R. Sebastião, P. P. Rodrigues, "On evaluating stream learning algorithms" (Machine Learning 90, 2013).
 *
 * @example
 * runFold(fadingMean({ factor: 0.5 }), [0, 3])[1]; // [0, 2]
 */
export const fadingMean = ({ factor = 0.999 }: { readonly factor?: number } = {}): Fold<
  Faded,
  number,
  number
> => {
  requireDouble('fadingMean', 'factor', factor, '(0, 1]');
  return {
    initial: [0, 0],
    description: { fadingMean: factor },
    step: ([sum, weight], x) => {
      requireFinite('fadingMean', x);
      // S′ = x + αS, N′ = 1 + αN, and the mean is S′/N′.
      const next: Faded = [x + factor * sum, 1 + factor * weight];
      return [next, next[0] / next[1]];
    },
  };
};

/**
 * A window in blocks: complete blocks with their sums, oldest first, the number of values already removed from the
 * oldest, and the current block.
 */
type Blocks = {
  readonly blocks: readonly (readonly number[])[];
  readonly sums: readonly number[];
  readonly gone: number;
  readonly begun: readonly number[];
};

const sumFrom = (numbers: readonly number[], from: number): number => {
  let sum = 0;
  for (let i = from; i < numbers.length; i++) sum += required(numbers[i], 'a number');
  return sum;
};

/**
 * The prequential mean over a window of the last `size` numbers. The window is stored in blocks of √size, so that a
 * step costs O(√size). Sums are recomputed, so rounding errors do not accumulate over millions of steps. Throws if the
 * size is not a positive integer; a step throws if a number is not finite.
 *
 * Source: J. Gama, R. Sebastião, P. P. Rodrigues (2013), as in `fadingMean`.
 *
 * @example
 * runFold(slidingMean(2), [1, 2, 4])[1]; // [1, 1.5, 3]
 */
export const slidingMean = (size: number): Fold<Blocks, number, number> => {
  requireCount('slidingMean', 'size', size);
  const length = Math.ceil(Math.sqrt(size));
  return {
    initial: { blocks: [], sums: [], gone: 0, begun: [] },
    description: { slidingMean: size },
    step: (window, x) => {
      requireFinite('slidingMean', x);
      const next = withoutOldest(withNewest(window, x, length), size, length);
      const [oldest = []] = next.blocks;
      const sum = sumFrom(oldest, next.gone) + sumFrom(next.sums, 1) + sumFrom(next.begun, 0);
      return [next, sum / (next.blocks.length * length - next.gone + next.begun.length)];
    },
  };
};

const withNewest = ({ blocks, sums, gone, begun }: Blocks, x: number, length: number): Blocks => {
  const longer = [...begun, x];
  if (longer.length < length) return { blocks, sums, gone, begun: longer };
  return { blocks: [...blocks, longer], sums: [...sums, sumFrom(longer, 0)], gone, begun: [] };
};

const withoutOldest = (window: Blocks, size: number, length: number): Blocks => {
  const { blocks, sums, begun } = window;
  if (blocks.length * length - window.gone + begun.length <= size) return window;
  const gone = window.gone + 1;
  if (gone < length) return { blocks, sums, gone, begun };
  return { blocks: blocks.slice(1), sums: sums.slice(1), gone: 0, begun };
};
