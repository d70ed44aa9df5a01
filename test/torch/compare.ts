/** How far two answers to one question are apart. */
import type { Answer } from './result.js';

/** What they may differ by, relative to the largest number of the right one: a digit or two above float32's. */
export const TOLERANCE = 1e-5;

/** max |a − b| / max |b|, and ∞ where the lengths differ or one is no number. */
const apart = (got: readonly number[], needed: readonly number[]): number => {
  if (got.length !== needed.length) return Number.POSITIVE_INFINITY;
  const size = needed.reduce((largest, each) => Math.max(largest, Math.abs(each)), 0);
  const off = needed.reduce((most, each, i) => {
    const difference = Math.abs((got[i] ?? Number.NaN) - each);
    return Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }, 0);
  // Of zeros alone the difference itself counts.
  return off / (size === 0 ? 1 : size);
};

export interface Distance {
  readonly value: number;
  readonly gradient: number;
}

/** The distance of the results, and the largest of those of the gradients. */
export const distanceOf = (got: Answer, needed: Answer): Distance => ({
  value: apart(got.result, needed.result),
  gradient: Object.entries(needed.gradients).reduce(
    (most, [name, each]) => Math.max(most, apart(got.gradients[name] ?? [], each)),
    0,
  ),
});
