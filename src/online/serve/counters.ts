/** Monitoring a run: counters of its events, at intervals. */
import { concatMap } from 'rxjs/internal/operators/concatMap';
import { defer } from 'rxjs/internal/observable/defer';
import { map } from 'rxjs/internal/operators/map';
import { scan } from 'rxjs/internal/operators/scan';
import { dematerialize } from 'rxjs/internal/operators/dematerialize';
import { materialize } from 'rxjs/internal/operators/materialize';
import { either } from 'fp-ts';
import type { OperatorFunction } from 'rxjs';
import type { Counts, OnlineEvent } from '../run/event.js';
import type { Json } from '../../tree/tree.js';
import { type Pace, paced } from './throttle.js';
import type { Spent } from '../run/meter.js';
import type { Lag, Source } from '../source/source.js';

/** The counters of a run. Counts of records start at its first record, all others at the start of this process. */
export interface Counters {
  /** The number of the newest step. */
  readonly step: number;
  readonly counts: Counts;
  /** The number of steps (batches) and of their examples. */
  readonly batches: number;
  readonly examples: number;
  /**
   * The sum of the losses of all examples: its increase divided by the number of new examples is the mean loss of an
   * interval.
   */
  readonly lossSum: number;
  /** The mean loss of the examples since the last emission; NaN if there were none. */
  readonly loss: number;
  /** The metrics of the newest step, including `gradientNorm` if the learner reports it. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  /** The number of skipped steps, whose loss or gradient was not finite or exceeded its limit. */
  readonly skipped: number;
  /** The numbers of saved checkpoints and of failed saves. */
  readonly saved: number;
  readonly saveFailed: number;
  readonly spent: Spent;
  readonly position: Json;
  /** The lag of the run behind its source, if known. */
  readonly lag: Lag | undefined;
}

export interface CountersOptions<P extends Json> {
  /** After how many events, or at most once in how many seconds. */
  readonly every: Pace;
  /** The source of the run, where it can tell how far a position is behind. A look at which it fails has no lag. */
  readonly source?: Pick<Source<never, P>, 'position' | 'behind'>;
}

/** The counters before the first event. */
export const noCounters: Counters = {
  step: 0,
  counts: { records: 0, bad: 0, skipped: 0 },
  batches: 0,
  examples: 0,
  lossSum: 0,
  loss: Number.NaN,
  metrics: {},
  deadLetters: 0,
  skipped: 0,
  saved: 0,
  saveFailed: 0,
  spent: { reading: 0, preparing: 0, learning: 0, held: 0, bytes: 0 },
  position: null,
  lag: undefined,
};

/** The counters after one more event. Does not read the state of the event, so it is not copied. */
export const count = (counters: Counters, event: OnlineEvent<unknown, unknown>): Counters => {
  switch (event.kind) {
    case 'step': {
      const { step, counts, examples, loss, metrics, spent, position } = event;
      return {
        ...counters,
        step,
        counts,
        batches: counters.batches + 1,
        examples: counters.examples + examples,
        lossSum: counters.lossSum + loss * examples,
        metrics,
        spent,
        position,
      };
    }
    case 'skipped':
      return { ...counters, step: event.step, position: event.position, skipped: counters.skipped + 1 };
    case 'dead letter':
      return { ...counters, deadLetters: counters.deadLetters + 1 };
    case 'saved':
      return { ...counters, saved: counters.saved + 1 };
    case 'save failed':
      return { ...counters, saveFailed: counters.saveFailed + 1 };
    case 'resumed':
      return { ...counters, step: event.step };
  }
};

/**
 * An operator that emits the counters of a run: at the first event, then once for each interval with new events, and at
 * the last event, even if the run fails. `loss` is the mean of the examples since the last emission.
 *
 * Throws if `every` is invalid.
 *
 * @example
 * const watch = counters({ every: { seconds: 1 } });
 * // run$.pipe(watch).subscribe((now) => response.end(prometheus(now)));
 */
export const counters = <P extends Json>({
  every,
  source,
}: CountersOptions<P>): OperatorFunction<OnlineEvent<unknown, unknown>, Counters> => {
  const pace = paced<Counters>('counters', every);
  const lagAt = async (written: Json): Promise<Lag | undefined> => {
    const position = written === null ? either.right(null) : source?.position.decode(written);
    if (position === undefined || either.isLeft(position)) return undefined;
    try {
      return await source?.behind?.(position.right);
    } catch {
      // For example the broker is down: the lag is unknown, and the run reports its own errors.
      return undefined;
    }
  };
  return (events) =>
    defer(() => {
      let before = noCounters;
      return events.pipe(
        scan(count, noCounters),
        pace,
        map((now): Counters => {
          const loss = (now.lossSum - before.lossSum) / (now.examples - before.examples);
          before = now;
          return { ...now, loss };
        }),
        // The error also waits for the emission before it.
        materialize(),
        concatMap(async (notification) =>
          notification.kind === 'N'
            ? {
                kind: 'N' as const,
                value: { ...notification.value, lag: await lagAt(notification.value.position) },
              }
            : notification,
        ),
        dematerialize(),
      );
    });
};
