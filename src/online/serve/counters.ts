/** Watching a run: its events as a record of counters, at intervals. */
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

/** What has been seen of a run. Counts of records are since its first record, all others since this process began. */
export interface Counters {
  /** The newest step's number. */
  readonly step: number;
  readonly counts: Counts;
  /** Steps taken, each a batch, and their examples. */
  readonly batches: number;
  readonly examples: number;
  /** The sum of the losses of all examples: what is added to it between two looks, over the examples, is a window's loss. */
  readonly lossSum: number;
  /** The mean loss of the examples since the last look; NaN where there were none. */
  readonly loss: number;
  /** Of the newest step: `gradientNorm` is among them where the learner tells it. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  /** Steps that do not count, since their loss or gradient was not finite or beyond its limit. */
  readonly skipped: number;
  /** Checkpoints that were saved, and that could not be. */
  readonly saved: number;
  readonly saveFailed: number;
  readonly spent: Spent;
  readonly position: Json;
  /** How far the run is behind its source, where that is told. */
  readonly lag: Lag | undefined;
}

export interface CountersOptions<P extends Json> {
  /** After how many events, or at most once in how many seconds. */
  readonly every: Pace;
  /** The source of the run, where it can tell how far a position is behind. A look at which it fails has no lag. */
  readonly source?: Pick<Source<never, P>, 'position' | 'behind'>;
}

/** Before the first event. */
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

/** The counters after one more event. Its state is not read, so it is not copied. */
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
 * The counters of a run at intervals: of its first event, then one look an interval where there was anything new, and
 * of its last, also where the run fails. The loss of a look is that of the examples since the one before it.
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
      // A broker that is away: who watches is told that nothing is known, and the run's own errors tell the rest.
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
        // Also its failure waits for the look before it.
        materialize(),
        concatMap(async (told) =>
          told.kind === 'N'
            ? { kind: 'N' as const, value: { ...told.value, lag: await lagAt(told.value.position) } }
            : told,
        ),
        dematerialize(),
      );
    });
};
