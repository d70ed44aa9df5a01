/** Means and squared deviations of columns, updated by single records or combined from parts. */
import { required } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';

/** The count, the mean, and the sum of squared deviations of each column. */
export type Moments = {
  readonly counts: readonly number[];
  readonly means: readonly number[];
  readonly squares: readonly number[];
};

/** The moments of no records, for any number of columns. */
export const noMoments: Moments = { counts: [], means: [], squares: [] };

/** Whether a number counts: finite, and with a square that does not overflow. */
export const isMeasure = (x: number): boolean => Math.abs(x) < 1e150;

/**
 * The moments with one more record. A value that is not a finite number within ±1e150 is missing and does not change
 * its column.
 *
 * Source: B. P. Welford, "Note on a method for calculating corrected sums of squares and products" (1962).
 */
export const withRecord = (moments: Moments, record: readonly number[]): Moments => {
  const counts: number[] = [];
  const means: number[] = [];
  const squares: number[] = [];
  // A record may be shorter than earlier ones; then the other columns do not change.
  const columns = Math.max(record.length, moments.counts.length);
  for (let i = 0; i < columns; i++) {
    const x = record[i] ?? Number.NaN;
    const count = moments.counts[i] ?? 0;
    const mean = moments.means[i] ?? 0;
    const square = moments.squares[i] ?? 0;
    if (isMeasure(x)) {
      // d = x − m, m′ = m + d/n, s′ = s + d·(x − m′)
      const d = x - mean;
      const next = mean + d / (count + 1);
      counts.push(count + 1);
      means.push(next);
      squares.push(square + d * (x - next));
    } else {
      counts.push(count);
      means.push(mean);
      squares.push(square);
    }
  }
  return { counts, means, squares };
};

/**
 * The moments of two sets of records together: a monoid with the unit `noMoments`, up to rounding. So any split of a
 * set gives the moments of the set (F-21).
 *
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances" (1979).
 *
 * @example
 * concatMoments(momentsOf([[1], [2]]), momentsOf([[6]])).means; // [3]
 */
export const concatMoments = (a: Moments, b: Moments): Moments => {
  const columns = Array.from({ length: Math.max(a.counts.length, b.counts.length) }, (_, i) => {
    const [n, m] = [a.counts[i] ?? 0, b.counts[i] ?? 0];
    const [mean, other] = [a.means[i] ?? 0, b.means[i] ?? 0];
    const [square, otherSquare] = [a.squares[i] ?? 0, b.squares[i] ?? 0];
    if (n === 0) return [m, other, otherSquare] as const;
    if (m === 0) return [n, mean, square] as const;
    // d = m_b − m_a, m = m_a + d·n_b/n, s = s_a + s_b + d²·n_a·n_b/n
    const d = other - mean;
    return [n + m, mean + (d * m) / (n + m), square + otherSquare + d * d * ((n * m) / (n + m))] as const;
  });
  return {
    counts: columns.map(([count]) => count),
    means: columns.map(([, mean]) => mean),
    squares: columns.map(([, , square]) => square),
  };
};

/** The moments of a list of records. */
export const momentsOf = (records: Iterable<readonly number[]>): Moments => {
  let moments = noMoments;
  for (const record of records) moments = withRecord(moments, record);
  return moments;
};

/** The sample variances, s/(n − 1); 0 for fewer than two numbers. */
export const variancesOf = ({ counts, squares }: Moments): readonly number[] =>
  squares.map((square, i) => {
    const count = required(counts[i], 'a count');
    return count < 2 ? 0 : square / (count - 1);
  });

/**
 * A fold that returns the moments of all records so far.
 *
 * @example
 * const [last] = runFold(runningMoments(), [[1, 5], [3, 5]]);
 * last.means; // [2, 5]
 * variancesOf(last); // [2, 0]
 */
export const runningMoments = (): Fold<Moments, readonly number[], Moments> => ({
  initial: noMoments,
  description: 'runningMoments',
  step: (moments, record) => {
    const next = withRecord(moments, record);
    return [next, next];
  },
});
