/** Fills missing values, and marks them. */
import { fail } from '../../../error.js';
import { requireBoolean, required, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';

/** A value of a column, which may be missing. */
export type Maybe = number | null | undefined;

export interface FillMissingOptions {
  /**
   * The replacement: the mean of the column so far (0 before the first value), a number, or one for each column;
   * default: the mean.
   */
  readonly by?: 'mean' | number | readonly number[];
  /** Whether to append a column for each column, 1 if the value was missing and 0 if not. */
  readonly indicators?: boolean;
}

/** The number of values in each column, and their means. */
type Means = { readonly counts: readonly number[]; readonly means: readonly number[] };

const isThere = (x: Maybe): x is number => typeof x === 'number' && Number.isFinite(x);

/**
 * Fills missing values: `null`, `undefined`, and numbers that are not finite. Throws if a number of `by` is not finite.
 *
 * @example
 * runFold(fillMissing(), [[1], [3], [null]])[1]; // [[1], [3], [2]]
 * runFold(fillMissing({ by: 0, indicators: true }), [[null, 4]])[1]; // [[0, 4, 1, 0]]
 */
export const fillMissing = ({ by = 'mean', indicators = false }: FillMissingOptions = {}): Fold<
  Means,
  readonly Maybe[],
  readonly number[]
> => {
  const constants = by === 'mean' ? [] : [by].flat();
  for (const [i, each] of constants.entries())
    requireDouble('fillMissing', Array.isArray(by) ? `by[${i}]` : 'by', each, '(-∞, ∞)');
  requireBoolean('fillMissing', 'indicators', indicators);
  const constant = (i: number): number =>
    typeof by === 'number' ? by : required(constants[i], 'a number for the column');
  const filled = (record: readonly Maybe[], fill: (i: number) => number): readonly number[] => {
    if (typeof by === 'object' && record.length > by.length)
      fail({
        operation: 'fillMissing',
        what: '`by` does not have one number for each column',
        got: `${by.length} for a record of ${record.length}`,
        needed: 'one for each column, or one for all',
      });
    const columns: number[] = [];
    for (let i = 0; i < record.length; i++) {
      const x = record[i];
      columns.push(isThere(x) ? x : fill(i));
    }
    if (indicators) for (const x of record) columns.push(isThere(x) ? 0 : 1);
    return columns;
  };
  return {
    initial: { counts: [], means: [] },
    description: { fillMissing: { by, indicators } },
    step: (state, record) => {
      if (by !== 'mean') return [state, filled(record, constant)];
      return [withMeans(state, record), filled(record, (i) => state.means[i] ?? 0)];
    },
  };
};

const withMeans = (state: Means, record: readonly Maybe[]): Means => {
  const counts: number[] = [];
  const means: number[] = [];
  const columns = Math.max(record.length, state.counts.length);
  for (let i = 0; i < columns; i++) {
    const x = record[i];
    const count = state.counts[i] ?? 0;
    const mean = state.means[i] ?? 0;
    counts.push(isThere(x) ? count + 1 : count);
    // m + (x − m)/n, computed in separate parts, since the difference of two large numbers may overflow.
    means.push(isThere(x) ? mean + (x / (count + 1) - mean / (count + 1)) : mean);
  }
  return { counts, means };
};
