/**
 * Online training: a fold over the records of a source, whose state is one value. What a record does to the state is
 * in the state together with the source's position behind it, and both are kept together or not at all: so each
 * record counts exactly once, whatever dies when.
 */
import { either } from 'fp-ts';
import type { Observable } from 'rxjs';
import type { Optimized } from '../../stream/reduce-on-plateau.js';
import type { Backend } from '../../backend/backend.js';
import { defaultBackend } from '../../backend/default.js';
import type { Key } from '../../operation/random.js';
import { requireFunction, requireMade } from '../../require.js';
import { fromPull } from '../../stream/from-pull.js';
import { pulling, requireResult } from '../../stream/async-iterator.js';
import { requireMilliseconds, TIMED_OUT as LATE, withTimeout as within } from '../../stream/timer.js';
import { turns } from '../../stream/event-loop.js';
import { beginningOf, refuseKept } from './resume.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { OnlineEvent } from './event.js';
import type { ExampleDTypes } from './example.js';
import type { Json } from '../json.js';
import {
  type Checkpointing,
  checkpointing,
  type CheckpointingOptions,
  requirePace,
} from '../checkpoint/checkpointing.js';
import { meter } from './meter.js';
import { freshRun, type RunParts } from './run-state.js';
import { requireRunOptions, type RunOptions } from './run-options.js';
import { type Runner, runner } from './runner.js';
import { type Described, descriptionOf } from '../fold/fold.js';
import { type Received, requireChunk, type Source } from '../source/source.js';

export interface OnlineOptions<
  State extends Optimized,
  A,
  B,
  L,
  R,
  Pos extends Json,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
> extends RunOptions<State, A, B, L, R, X, F, S, M, V> {
  readonly source: Source<R, Pos>;
  /** What the first parameters are drawn from, where nothing is resumed. */
  readonly key: Key;
  /**
   * Milliseconds after which a step is taken with the examples that there are, where no more have come. Which examples
   * make a batch then depends on time, and so do last bits.
   */
  readonly wait?: number;
  /** Where and how often the run is saved, and where it resumes from. */
  readonly checkpoints?: Omit<CheckpointingOptions, 'report'>;
  /** Goes on from here and not from the newest that is kept, a rewind or a fork: what is kept must be of this pipeline too. */
  readonly from?: Checkpoint;
  readonly backend?: Backend;
}

/** What a run is made of: all that is compared with a checkpoint, and what only watches. */
const partsOf = (options: {
  readonly source: { readonly name: string; readonly position: { readonly name: string } };
  readonly examples: Described;
  readonly revise?: Described;
  readonly monitors?: Described;
  readonly dtypes?: ExampleDTypes;
  readonly version?: string | number;
}): RunParts => {
  const { source, examples, revise, monitors, dtypes = {}, version = null } = options;
  const { input = 'float32', target = 'float32' } = dtypes;
  return {
    compared: {
      source: { name: source.name, position: source.position.name },
      features: descriptionOf(examples),
      dtypes: { input, target },
      revise: revise === undefined ? null : descriptionOf(revise),
      version,
    },
    monitors: monitors === undefined ? null : descriptionOf(monitors),
  };
};

/** How many records may be taken in before the clock is asked whether the event loop should have its turn. */
const RECORDS_A_LOOK = 16;

/** The events of a run, one after the other. */
const pulled = <
  State extends Optimized,
  A,
  B,
  L,
  R,
  Pos extends Json,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
>(
  options: OnlineOptions<State, A, B, L, R, Pos, X, F, S, M, V>,
): AsyncIterableIterator<OnlineEvent<State, M, F>> => {
  const {
    source,
    learner,
    examples,
    monitors,
    key,
    checkpoints,
    from,
    wait,
    backend = defaultBackend,
  } = options;
  const events: OnlineEvent<State, M, F>[] = [];
  let run: Runner<R, State, M, F> | undefined;
  let records: AsyncIterator<readonly Received<R, Pos>[]> | undefined;
  let chunk: readonly Received<R, Pos>[] = [];
  let at = 0;
  let asked: Promise<IteratorResult<readonly Received<R, Pos>[], unknown>> | undefined;
  let ended = false;
  /** Nobody listens any more: nothing is opened, learned or saved from here on. */
  let released = false;
  const due = turns();
  let taken = 0;
  const spending = meter();
  /** Ends a wait for the source: the report of a save is told when it comes, not with the next record. */
  let wake = (): void => {};
  const pace: Checkpointing | undefined =
    checkpoints &&
    checkpointing({
      ...checkpoints,
      report: ({ step, result }) => {
        events.push(
          either.isRight(result)
            ? { kind: 'saved', step, name: result.right }
            : { kind: 'save failed', step, error: result.left },
        );
        wake();
      },
    });

  /** Nothing where it was let go of meanwhile: what is not open yet is not opened any more. */
  const begin = async (): Promise<Runner<R, State, M, F> | undefined> => {
    const revision = options.revise?.initial ?? null;
    const folds = { features: examples.initial, monitors: monitors?.initial ?? null, revision };
    const fresh = freshRun(learner.init(key), folds);
    const parts = partsOf(options);
    const { state, after, resumed } = await beginningOf(fresh, parts, source, checkpoints?.store, from);
    if (released) return undefined;
    if (resumed !== undefined) events.push(resumed);
    records = source.open(after)[Symbol.asyncIterator]();
    return runner(options, state, parts, backend, spending);
  };

  /** Tells what has come of a record or of the end of them, and offers the run to be saved. */
  const tell = (told: readonly OnlineEvent<State, M, F>[], moment: () => Checkpoint): void => {
    for (const event of told) {
      events.push(event);
      if (event.kind !== 'step' && event.kind !== 'skipped') continue;
      const lost = pace?.offer(event.step, event.kind === 'step' ? event.checkpoint : moment);
      // Another writer owns the run: whoever goes on would undo what it keeps.
      if (lost !== undefined) refuseKept(lost);
    }
  };

  /** More records, where there are any; a step with what waits, where they do not come in time. */
  const more = async (current: Runner<R, State, M, F>): Promise<void> => {
    asked ??= records?.next();
    if (asked === undefined) return;
    spending.to('reading');
    const woken = new Promise<typeof LATE>((resolve) => {
      wake = () => {
        resolve(LATE);
      };
    });
    // Late is also a report of a checkpoint, which does not wait for the next record.
    const timed = wait !== undefined && current.isWaiting() ? within(asked, wait) : asked;
    const result = await Promise.race([timed, woken]);
    spending.to('preparing');
    if (released || (result === LATE && events.length > 0)) return;
    if (result === LATE) {
      tell(current.flush(), current.moment());
      return;
    }
    asked = undefined;
    const given = requireResult(`the source '${source.name}'`, result);
    if (given.done !== true) {
      [chunk, at] = [requireChunk(source.name, given.value), 0];
      if (source.bytesOf !== undefined)
        for (const { value } of chunk) spending.receive(source.bytesOf(value));
      return;
    }
    tell(current.end(), current.moment());
    const report = await pace?.flush();
    if (report !== undefined && either.isLeft(report.result) && report.result.left.kind === 'conflict')
      refuseKept(report.result.left);
    ended = true;
  };

  const next = async (): Promise<IteratorResult<OnlineEvent<State, M, F>, undefined>> => {
    const current = (run ??= await begin());
    spending.to('preparing');
    for (;;) {
      if (released || current === undefined) break;
      const event = events.shift();
      if (event !== undefined) {
        spending.to('held');
        return { done: false, value: event };
      }
      if (ended) break;
      // Records of which nothing is told, or chunks without any, may be there at once for ever.
      const turn = taken % RECORDS_A_LOOK === 0 ? due() : undefined;
      if (turn !== undefined) await turn;
      if (released) break;
      taken += 1;
      const received = chunk[at];
      if (received === undefined) await more(current);
      else {
        at += 1;
        const told = current.receive(received);
        if (told.length > 0) tell(told, current.moment());
      }
    }
    return { done: true, value: undefined };
  };

  return pulling({
    next,
    release: async () => {
      released = true;
      // Both in any case, and until both are over: a source that fails to close must not cost what was reached.
      const close = async (): Promise<unknown> => records?.return?.();
      const results = await Promise.allSettled([close(), pace?.close()]);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  });
};

/**
 * Trains over the records of a source, one event after the other: each step before it is learned from (test, then
 * train), dead letters, skipped steps, saved checkpoints. The run is one value: learner, folds, counts and the source's
 * position. It is saved by `checkpoints` and resumed from there, bit for bit; each record counts exactly once.
 *
 * A slow subscriber holds back the source. Unsubscribing lets go of the source and keeps what was reached. Errors are
 * told as the Observable's: a source that fails, a step whose loss is not finite, too many bad records, another writer.
 * Throws if an option is invalid.
 *
 * Laws: F-1, F-3, F-4, F-7, F-13.
 *
 * @example
 * const Click = t.type({ x: t.array(t.number), y: t.number });
 * const clicks = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
 * online({
 *   source: iterableSource('clicks', ['{"x":[1,2],"y":3}']),
 *   decode: decoder(Click),
 *   examples: pure(({ x, y }: t.TypeOf<typeof Click>) => [{ input: x, target: [y] }]),
 *   learner: clicks,
 *   key: key(1),
 *   size: 256,
 * }).subscribe((event) => console.log(event.kind)); // step
 */
export const online = <
  State extends Optimized,
  A,
  B,
  L,
  R,
  Pos extends Json,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
>(
  options: OnlineOptions<State, A, B, L, R, Pos, X, F, S, M, V>,
): Observable<OnlineEvent<State, M, F>> => {
  requireRunOptions(options);
  const { source, learner, decode, examples, monitors, revise, checkpoints } = options;
  const aFold = { kind: 'a fold', methods: ['step'] };
  requireMade('online', 'source', source, { kind: 'a source', methods: ['open'] });
  requireMade('online', 'learner', learner, { kind: 'a learner', methods: ['init', 'step', 'evaluate'] });
  requireFunction('online', 'decode', decode);
  requireMade('online', 'examples', examples, aFold);
  if (monitors !== undefined) requireMade('online', 'monitors', monitors, aFold);
  if (revise !== undefined) requireMade('online', 'revise', revise, aFold);
  if (checkpoints !== undefined)
    requireMade('online', 'checkpoints.store', checkpoints.store, {
      kind: 'a store',
      methods: ['save', 'restore'],
    });
  if (options.wait !== undefined) requireMilliseconds('online', 'wait', options.wait);
  if (checkpoints !== undefined) requirePace(checkpoints.every);
  return fromPull({ [Symbol.asyncIterator]: () => pulled(options) }, { prefetch: 1 });
};
