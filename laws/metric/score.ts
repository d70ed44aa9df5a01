/** M-3: a score is a fold: of the parts of a set, in any bracketing, it is that of the whole. */
import { same } from '../base/compare.js';
import { bitwise, normWise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { Score, Statistics } from '../../src/metric/metric.js';

/** Of three parts of a set, and of the whole, what a score keeps of each. */
export interface ScoredParts {
  readonly parts: readonly [Statistics, Statistics, Statistics];
  readonly whole: Statistics;
}

/** Rounding of sums in float32, as a score keeps them. */
const rounded = normWise({ rtol: 1e-5, atol: 1e-6 });

/**
 * M-3. `concat` is a monoid, and of the parts together the value is that of the whole:
 * (a·b)·c = a·(b·c), e·a ≡ a ≡ a·e, value(a·b·c) = value(whole)
 */
export const scoreOfParts = (
  name: string,
  { concat, empty, value }: Score<never, never, unknown>,
  { parts: [a, b, c], whole }: ScoredParts,
): Verdict => {
  const claim = (what: string, hint: string): Parameters<typeof same>[3] => ({
    law: 'M-3',
    subject: name,
    what,
    hint,
  });
  // What is said of nothing is no number, on both sides or on none.
  const flat = (each: unknown): readonly number[] =>
    ([each].flat(3) as readonly number[]).flatMap((x) => (Number.isNaN(x) ? [1, 0] : [0, x]));
  const numbers = (statistics: Statistics): readonly number[] =>
    Object.keys(whole)
      .toSorted()
      .flatMap((key) => statistics[key] ?? []);
  const together = concat(concat(a, b), c);
  return every([
    () =>
      same(bitwise, numbers(concat(empty, a)), numbers(a), claim('nothing and a is not a', 'not the unit')),
    () =>
      same(bitwise, numbers(concat(a, empty)), numbers(a), claim('a and nothing is not a', 'not the unit')),
    () =>
      same(
        rounded,
        numbers(together),
        numbers(concat(a, concat(b, c))),
        claim(
          'the bracketing of parts changes what is kept',
          'a mean of means, or a count that is not added',
        ),
      ),
    () =>
      same(
        rounded,
        flat(value(together)),
        flat(value(whole)),
        claim(
          'the parts together have another value than the whole',
          'a mean of values, or parts not weighed',
        ),
      ),
  ]);
};
