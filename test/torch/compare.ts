/** How far two answers to one question are apart. */
import type { Answer } from './result.js';

/** What they may differ by, relative to the largest number of the right one: a digit or two above float32's. */
export const TOLERANCE = 1e-5;

const largestOf = (numbers: readonly number[]): number =>
  numbers.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0);

/** What cancels to less than this share of the largest gradient keeps the rounding of what it was before. */
const CANCELLED = 0.1;

/** max |a − b| / max |b|, the latter at least a share of `all`; ∞ where the lengths differ or one is no number. */
const apart = (got: readonly number[], needed: readonly number[], all: number): number => {
  if (got.length !== needed.length) return Number.POSITIVE_INFINITY;
  const size = largestOf(needed);
  const off = needed.reduce((most, each, i) => {
    const difference = Math.abs((got[i] ?? Number.NaN) - each);
    return Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }, 0);
  const by = Math.max(size, CANCELLED * all);
  // Of zeros alone the difference itself counts.
  return off / (by === 0 ? 1 : by);
};

export interface Distance {
  readonly value: number;
  readonly gradient: number;
}

/** The distance of the results, and the largest of those of the gradients. */
export const distanceOf = (got: Answer, needed: Answer): Distance => {
  const all = Math.max(0, ...Object.values(needed.gradients).map(largestOf));
  return {
    value: apart(got.result, needed.result, 0),
    gradient: Object.entries(needed.gradients).reduce(
      (most, [name, each]) => Math.max(most, apart(got.gradients[name] ?? [], each, all)),
      0,
    ),
  };
};
