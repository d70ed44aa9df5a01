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

/** A queue of these; the array is its own from here on. */
export const pendingOf = (items: Waiting[]): Pending => ({ shared: items, from: 0, to: items.length });

export const sizeOfPending = ({ from, to }: Pending): number => to - from;

/** A copy of what waits. */
export const itemsOf = ({ shared, from, to }: Pending): Waiting[] => shared.slice(from, to);

/** The queue with one more at its end. It is copied if another queue has already added to the array. */
export const added = (pending: Pending, item: Waiting): Pending => {
  const isEnd = pending.to === pending.shared.length;
  const { shared, from, to } = isEnd ? pending : pendingOf(itemsOf(pending));
  shared.push(item);
  return { shared, from, to: to + 1 };
};

/** The first `count`, and the queue of the rest. The array is left behind when more of it was taken than waits. */
export const splitPending = (pending: Pending, count: number): readonly [readonly Waiting[], Pending] => {
  const { shared, to } = pending;
  const from = Math.min(pending.from + count, to);
  const rest = from > to - from ? pendingOf(shared.slice(from, to)) : { shared, from, to };
  return [shared.slice(pending.from, from), rest];
};
