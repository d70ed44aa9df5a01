/** Delayed labels: joins predictions and later labels by key. */
import { fail } from '../../../error.js';
import { requireCount, required, requireDouble } from '../../../require.js';
import { murmur3 } from '../feature/murmur.js';
import type { Fold } from '../../../stream/fold.js';
import type { Json } from '../../../tree/tree.js';
import { type Clock, noClock, withStamp } from './event-time.js';

/** A prediction, or a label for one; `at` is the time of the record, if there is a time limit. */
export type DelayedEvent<A, L> =
  | { readonly kind: 'prediction'; readonly key: string; readonly value: A; readonly at?: number }
  | { readonly kind: 'label'; readonly key: string; readonly value: L; readonly at?: number };

export interface DelayedLabelsOptions {
  /** The largest number of waiting predictions. */
  readonly bound: number;
  /** The longest time that a prediction waits, in the unit of the clock; default: no limit. */
  readonly span?: number;
}

/** A prediction with its label. */
export interface Joined<A, L> {
  readonly key: string;
  readonly prediction: A;
  readonly label: L;
}

/** A prediction that no longer waits: there were too many newer ones, its time is over, or its key was used again. */
export interface Expired<A> {
  readonly key: string;
  readonly prediction: A;
  readonly why: 'count' | 'time' | 'replaced';
}

/** The results of one event. Every prediction and label is returned exactly once, or waits. */
export interface JoinResult<A, L> {
  readonly joined: Joined<A, L> | undefined;
  readonly expired: readonly Expired<A>[];
  /** A label without a waiting prediction: it has expired, has not arrived yet, or was never made. */
  readonly unmatched: { readonly key: string; readonly label: L } | undefined;
}

/** A prediction with its own time, and the clock at its arrival. */
type Pending<A extends Json> = readonly [order: number, key: string, prediction: A, at: number, came: number];

/** The time of a prediction; its arrival time while its own time is ahead of the clock. */
const timeOf = <A extends Json>([, , , at, came]: Pending<A>, { latest }: Clock): number =>
  at <= latest ? at : came;

/** The waiting predictions, oldest first, in buckets by the hash of their key; and the counts. */
export type DelayedState<A extends Json> = {
  readonly buckets: readonly (readonly Pending<A>[])[];
  readonly waiting: number;
  /** The order number of the next prediction. */
  readonly next: number;
  readonly clock: Clock;
  readonly joined: number;
  readonly expired: number;
  readonly unmatched: number;
};

/**
 * Joins predictions and labels by key, with a limit on the number of waiting predictions and optionally on the time by
 * the clock of the records. A time that differs by more than `span` from the latest is only accepted as the third in a
 * row, so that one wrong timestamp does not expire anything. A time that is not finite counts as the current time.
 * Nothing is dropped silently: expired predictions and unmatched labels are returned and counted. A step costs
 * O(√bound). Throws if an option is invalid.
 *
 * @example
 * const join = delayedLabels({ bound: 2 });
 * const [state, told] = runFold(join, [
 *   { kind: 'prediction', key: 'a', value: 0.2 },
 *   { kind: 'prediction', key: 'b', value: 0.7 },
 *   { kind: 'label', key: 'a', value: 1 },
 *   { kind: 'label', key: 'c', value: 0 },
 * ]);
 * [told[2]?.joined?.prediction, told[2]?.joined?.label, told[3]?.unmatched?.key]; // [0.2, 1, "c"]
 * [state.waiting, state.joined, state.unmatched]; // [1, 1, 1]
 */
export const delayedLabels = <A extends Json, L>({
  bound,
  span = Number.POSITIVE_INFINITY,
}: DelayedLabelsOptions): Fold<DelayedState<A>, DelayedEvent<A, L>, JoinResult<A, L>> => {
  requireCount('delayedLabels', 'bound', bound);
  requireDouble('delayedLabels', 'span', span, '(0, ∞]');
  const count = Math.ceil(Math.sqrt(bound));
  return {
    description: { delayedLabels: { bound, span } },
    initial: {
      buckets: Array.from({ length: count }, () => []),
      waiting: 0,
      next: 0,
      clock: noClock,
      joined: 0,
      expired: 0,
      unmatched: 0,
    },
    step: (before, event) => {
      const clock = withStamp(before.clock, event.at, span);
      // A shallow copy for this step, which is changed; its elements are not.
      const buckets = before.buckets.slice();
      const expired: Expired<A>[] = [];
      let { waiting } = before;
      while (span < Number.POSITIVE_INFINITY && waiting > 0) {
        const place = placeOfOldest(buckets);
        const oldest = buckets[place]?.[0] ?? none<A>();
        const [, key, prediction] = oldest;
        if (timeOf(oldest, clock) >= clock.latest - span) break;
        expired.push({ key, prediction, why: 'time' });
        takeFrom(buckets, place, 0);
        waiting -= 1;
      }
      const { key } = event;
      const at = event.at !== undefined && Number.isFinite(event.at) ? event.at : clock.latest;
      const place = murmur3(key) % count;
      const found = required(buckets[place], 'a bucket').findIndex((entry) => entry[1] === key);
      const waited = buckets[place]?.[found];
      const prediction = waited?.[2];
      if (waited !== undefined) {
        takeFrom(buckets, place, found);
        waiting -= 1;
      }
      if (event.kind === 'label') {
        const { value: label } = event;
        // By their own times, even if the clock has not accepted them yet.
        const isLate = waited !== undefined && at - waited[3] > span;
        if (isLate && prediction !== undefined) expired.push({ key, prediction, why: 'time' });
        const isJoined = prediction !== undefined && !isLate;
        return [
          {
            ...before,
            buckets,
            waiting,
            clock,
            expired: before.expired + expired.length,
            joined: before.joined + Number(isJoined),
            unmatched: before.unmatched + Number(!isJoined),
          },
          {
            joined: isJoined ? { key, prediction, label } : undefined,
            expired,
            unmatched: isJoined ? undefined : { key, label },
          },
        ];
      }
      if (prediction !== undefined) expired.push({ key, prediction, why: 'replaced' });
      buckets[place] = [
        ...required(buckets[place], 'a bucket'),
        [before.next, key, event.value, at, clock.latest],
      ];
      if (waiting < bound) waiting += 1;
      else {
        const oldest = placeOfOldest(buckets);
        const [, old, its] = buckets[oldest]?.[0] ?? none<A>();
        expired.push({ key: old, prediction: its, why: 'count' });
        takeFrom(buckets, oldest, 0);
      }
      return [
        {
          ...before,
          buckets,
          waiting,
          clock,
          next: before.next + 1,
          expired: before.expired + expired.length,
        },
        { joined: undefined, expired, unmatched: undefined },
      ];
    },
  };
};

/** The bucket with the oldest prediction; each bucket is in the order of arrival. */
const placeOfOldest = <A extends Json>(buckets: readonly (readonly Pending<A>[])[]): number => {
  let place = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < buckets.length; i++) {
    const order = buckets[i]?.[0]?.[0] ?? Number.POSITIVE_INFINITY;
    if (order < least) [least, place] = [order, i];
  }
  return place;
};

/** If something waits, there is an oldest. */
const none = <A extends Json>(): Pending<A> =>
  fail({
    operation: 'delayedLabels',
    what: 'the state is inconsistent: it has fewer waiting predictions than it counts',
    hint: 'restore a state that delayedLabels made',
  });

/** Replaces a bucket by one without the entry. */
const takeFrom = <A extends Json>(buckets: (readonly Pending<A>[])[], place: number, entry: number): void => {
  buckets[place] = required(buckets[place], 'a bucket').toSpliced(entry, 1);
};

/** The waiting predictions, oldest first: at the end of a stream, those without a label. */
export const pendingPredictions = <A extends Json>({
  buckets,
}: DelayedState<A>): readonly (readonly [key: string, prediction: A])[] =>
  buckets
    .flat()
    .toSorted(([a], [b]) => a - b)
    .map(([, key, prediction]) => [key, prediction]);
