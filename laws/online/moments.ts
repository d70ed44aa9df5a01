/** F-21: running moments are those of the records, and of parts together. */
import {
  concatMoments,
  type Moments,
  noMoments,
  runningMoments,
  variancesOf,
} from '../../src/online/fold/feature/moments.js';
import type { Fold } from '../../src/stream/fold.js';
import { runFold } from '../../src/online/fold/fold.js';
import { same } from '../base/compare.js';
import { bitwise, normWise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { FoldExample } from './fold-subject.js';

/** What keeps moments, and what is read from them: the library's, unless others are given. */
export interface MomentOperations {
  readonly running: () => Fold<Moments, readonly number[], Moments>;
  readonly concat: (a: Moments, b: Moments) => Moments;
  readonly variances: (moments: Moments) => readonly number[];
}

export const momentOperations: MomentOperations = {
  running: runningMoments,
  concat: concatMoments,
  variances: variancesOf,
};

/** Of one column, in two passes: the mean, and then the sum of squares about it, divided by n − 1. */
const twoPasses = (column: readonly number[]): readonly [mean: number, variance: number] => {
  const mean = column.reduce((sum, x) => sum + x, 0) / Math.max(1, column.length);
  const square = column.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return [mean, column.length < 2 ? 0 : square / (column.length - 1)];
};

/**
 * F-21. Means and variances are those of two passes over each column; any split combines to the whole; nothing and a is
 * a; of a constant column the variance is 0. Up to rounding, which for values of size x about a mean of size m is
 * measured by x² + m².
 */
export const momentsOfParts = (
  { values, cut }: FoldExample<readonly number[]>,
  { running, concat, variances }: MomentOperations = momentOperations,
): Verdict => {
  const of = (records: readonly (readonly number[])[]): Moments => runFold(running(), records)[0];
  const whole = of(values);
  const columns = (values[0] ?? []).map((_, i) => values.map((record) => record[i] ?? 0));
  const largest = Math.max(1, ...columns.flat().map(Math.abs));
  const near = normWise({ rtol: 1e-12, atol: 1e-12 * largest });
  const squarely = normWise({ rtol: 1e-11, atol: 1e-12 * largest ** 2 });
  const claim = (what: string, hint: string): Parameters<typeof same>[3] => ({
    law: 'F-21',
    subject: 'moments',
    what,
    hint,
  });
  const expected = columns.map(twoPasses);
  const together = concat(of(values.slice(0, cut)), of(values.slice(cut)));
  return every([
    () =>
      same(
        near,
        whole.means,
        expected.map(([mean]) => mean),
        claim('means are not those of the records', 'a wrong weight'),
      ),
    () =>
      same(
        squarely,
        variances(whole),
        expected.map(([, variance]) => variance),
        claim('variances are not those of the records', 'divided by n, or the old mean twice'),
      ),
    () =>
      same(bitwise, together.counts, whole.counts, claim('parts together count otherwise', 'a part lost')),
    () =>
      same(near, together.means, whole.means, claim('parts together have other means', 'a mean of means')),
    () =>
      same(
        squarely,
        variances(together),
        variances(whole),
        claim('parts together have other variances', 'the distance of the means is left out'),
      ),
    () => same(bitwise, concat(noMoments, whole), whole, claim('nothing and a is not a', 'not the unit')),
    () => same(bitwise, concat(whole, noMoments), whole, claim('a and nothing is not a', 'not the unit')),
    () => {
      const constant = values.map(() => values[0] ?? []);
      return same(
        bitwise,
        variances(of(constant)),
        columns.map(() => 0),
        claim('a constant column has a variance', 'sums of squares that cancel'),
      );
    },
  ]);
};
