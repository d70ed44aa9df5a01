/** Groups single records into batches, by size or by time. */
import { requireCount, requireDouble, requireFunction } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import type { Json } from '../../../tree/tree.js';

/** The records that wait for their batch to be full; at the end of a stream, the remainder. */
export type PendingBatch<A extends Json> = readonly A[];

export interface SizeOrTimeOptions<A> {
  /** The number of records in a batch. */
  readonly size: number;
  /** The longest time span of a batch, in the unit of the clock. */
  readonly span?: number;
  /** The time of a record. */
  readonly at?: (record: A) => number;
}

/**
 * A fold that returns a batch when it has `size` records, or when the time of a record differs by `span` or more from
 * the first waiting record; that record starts the next batch. Otherwise it returns `undefined`. A time that is not
 * finite is ignored. The waiting records are the state, so a checkpoint neither loses nor repeats them. Throws if an
 * option is invalid.
 *
 * @example
 * runFold(sizeOrTime({ size: 2 }), [1, 2, 3])[1]; // [undefined, [1, 2], undefined]
 * const seconds = sizeOrTime({ size: 3, span: 1000, at: (at: number) => at });
 * runFold(seconds, [0, 10, 1200])[1][2]; // [0, 10]
 * runFold(seconds, [0, 10, 1200])[0]; // [1200]
 */
export const sizeOrTime = <A extends Json>({
  size,
  span = Number.POSITIVE_INFINITY,
  at = () => 0,
}: SizeOrTimeOptions<A>): Fold<PendingBatch<A>, A, readonly A[] | undefined> => {
  requireCount('sizeOrTime', 'size', size);
  requireDouble('sizeOrTime', 'span', span, '(0, ∞]');
  requireFunction('sizeOrTime', 'at', at);
  return {
    initial: [],
    description: { sizeOrTime: { size, span } },
    step: (pending, record) => {
      // In both directions, since after a timestamp from the future all others are earlier.
      const first = pending.find((each) => Number.isFinite(at(each)));
      if (first !== undefined && Math.abs(at(record) - at(first)) >= span) return [[record], pending];
      const next = [...pending, record];
      return next.length < size ? [next, undefined] : [[], next];
    },
  };
};

/**
 * Returns every n-th record, and `undefined` for the others, for work that is too expensive for each record. Throws if
 * `n` is not a positive integer.
 *
 * @example
 * runFold(everyNth(2), ['a', 'b', 'c', 'd'])[1]; // [undefined, "b", undefined, "d"]
 */
export const everyNth = <A>(n: number): Fold<number, A, A | undefined> => {
  requireCount('everyNth', 'n', n);
  return {
    initial: 0,
    description: { everyNth: n },
    step: (count, record) => (count + 1 < n ? [count + 1, undefined] : [0, record]),
  };
};
