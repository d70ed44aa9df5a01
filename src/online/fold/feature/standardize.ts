/** Running standardization of columns to mean 0 and standard deviation 1. */
import { required, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import { isMeasure, type Moments, noMoments, withRecord } from './moments.js';

export interface StandardizeOptions {
  /** Results are clipped to [−clip, clip]; default: no limit. */
  readonly clip?: number;
}

/**
 * Running standardization: (x − mean)/deviation of each column, with the moments of all records up to and including
 * this one. A column without deviation gives 0, so the first record is 0. A missing value (not a finite number within
 * ±1e150) gives NaN and changes nothing, so fill it before or after. Throws if `clip` is not positive.
 *
 * Source: B. P. Welford (1962), see `withRecord`; with the sample deviation √(s/(n − 1)).
 *
 * @example
 * runFold(standardize(), [[1, 7], [3, 7]])[1]; // [[0, 0], [0.7071067811865475, 0]]
 */
export const standardize = ({ clip = Number.POSITIVE_INFINITY }: StandardizeOptions = {}): Fold<
  Moments,
  readonly number[],
  readonly number[]
> => {
  requireDouble('standardize', 'clip', clip, '(0, ∞]');
  return {
    initial: noMoments,
    description: { standardize: { clip } },
    step: (moments, record) => {
      const next = withRecord(moments, record);
      const standard: number[] = [];
      for (let i = 0; i < record.length; i++)
        standard.push(standardOf(record[i] ?? Number.NaN, next, i, clip));
      return [next, standard];
    },
  };
};

const standardOf = (x: number, { counts, means, squares }: Moments, i: number, clip: number): number => {
  if (!isMeasure(x)) return Number.NaN;
  const square = required(squares[i], 'a sum of squares');
  if (square === 0) return 0;
  const z = (x - required(means[i], 'a mean')) / Math.sqrt(square / (required(counts[i], 'a count') - 1));
  return Math.min(clip, Math.max(-clip, z));
};
