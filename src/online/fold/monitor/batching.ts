/** From single records to batches, by size or by time. */
import { requireCount, requireDouble, requireFunction } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import type { Json } from '../../../tree/tree.js';

/** What waits for its batch to be full; at the end of a stream, what is left over. */
export type PendingBatch<A extends Json> = readonly A[];

export interface SizeOrTimeOptions<A> {
  /** How many records are a batch. */
  readonly size: number;
  /** How long a batch may span, in the unit of the clock. */
  readonly span?: number;
  /** The clock of a record. */
  readonly at?: (record: A) => number;
}

/**
 * A batch when `size` records are there, or when one comes that is `span` or more after the first that waits (or before
 * it), by its own clock: that one begins the next batch. A time that is no finite number says nothing. `undefined` while
 * a batch gathers. What waits is the state, so it is neither lost nor doubled by a checkpoint. Throws if an option is
 * invalid.
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
      // In either direction: behind one stamp from the future all others are earlier.
      const first = pending.find((each) => Number.isFinite(at(each)));
      if (first !== undefined && Math.abs(at(record) - at(first)) >= span) return [[record], pending];
      const next = [...pending, record];
      return next.length < size ? [next, undefined] : [[], next];
    },
  };
};

/**
 * Every n-th record, and `undefined` for those between: what is too dear for each. Throws if `n` is not a
 * positive integer.
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
