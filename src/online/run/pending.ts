/** Examples that wait for their step: an immutable queue to whose end one more is added in constant time. */
import type { Json } from '../../tree/tree.js';
import type { Example } from './example.js';

/** An example, and where its source stands behind its record. */
export type Waiting = { readonly example: Example; readonly position: Json };

/** The places from `from` to below `to` of an array that queues made of each other share, and that is only ever added to. */
export interface Pending {
  readonly shared: Waiting[];
  readonly from: number;
  readonly to: number;
}

export const pendingOf = (items: readonly Waiting[]): Pending => ({
  shared: [...items],
  from: 0,
  to: items.length,
});

export const sizeOfPending = ({ from, to }: Pending): number => to - from;

export const itemsOf = ({ shared, from, to }: Pending): readonly Waiting[] => shared.slice(from, to);

/** The queue with one more at its end. It is copied if another queue has already added to the array. */
export const added = (pending: Pending, item: Waiting): Pending => {
  const isEnd = pending.to === pending.shared.length;
  const { shared, from, to } = isEnd ? pending : pendingOf(itemsOf(pending));
  shared.push(item);
  return { shared, from, to: to + 1 };
};

/** The first `count`, and the queue of the rest. */
export const splitPending = (pending: Pending, count: number): readonly [readonly Waiting[], Pending] => {
  const at = Math.min(pending.from + count, pending.to);
  const first = pending.shared.slice(pending.from, at);
  // What was taken is let go of when all of it was.
  return [first, at === pending.to ? pendingOf([]) : { ...pending, from: at }];
};
