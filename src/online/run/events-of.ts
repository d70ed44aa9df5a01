/** The events of a run, pulled one after the other: records are read, the fold moves on, checkpoints are saved. */
import { either } from 'fp-ts';
import { defaultBackend } from '../../backend/evaluate.js';
import { pulling, requireResult } from '../../stream/async-iterator.js';
import { turns } from '../../stream/event-loop.js';
import type { Optimized } from '../../stream/reduce-on-plateau.js';
import { handleOf } from '../../stream/stepper.js';
import { TIMED_OUT, withTimeout } from '../../stream/timer.js';
import { type Checkpointing, checkpointing } from '../checkpoint/checkpointing.js';
import type { Json } from '../../tree/tree.js';
import { type Received, requireChunk } from '../source/source.js';
import type { OnlineEvent } from './event.js';
import { meter } from './meter.js';
import { type OnlineOptions, partsOf } from './online-options.js';
import { sizeOfPending } from './pending.js';
import { beginningOf, refuseKept } from './resume.js';
import { runFoldOf, type RunInput } from './run-fold.js';
import { freshRun, type RunState } from './run-state.js';

/** How many records may be taken in before the clock is asked whether the event loop should have its turn. */
const RECORDS_A_LOOK = 16;

/** The events of a run, one after the other. */
export const eventsOf = <
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
  type RunFold = ReturnType<typeof runFoldOf<State, A, B, L, R, X, F, S, M, V>>;
  type Run = NonNullable<typeof run>;
  const events: OnlineEvent<State, M, F>[] = [];
  /** The run under way: its fold, and its state. */
  let run: { readonly step: RunFold['step']; state: RunState<State> } | undefined;
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
  /** Ends a wait for the source, so that the report of a save is emitted at once. */
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

  /** Starts the run; `undefined` if it was released meanwhile, and then nothing is opened. */
  const begin = async (): Promise<Run | undefined> => {
    const revision = options.revise?.initial ?? null;
    const folds = { features: examples.initial, monitors: monitors?.initial ?? null, revision };
    const fresh = freshRun(handleOf(learner.init(key), backend), folds);
    const parts = partsOf(options);
    const { state, after, resumed } = await beginningOf(
      fresh,
      parts,
      source,
      checkpoints?.store,
      from,
      backend,
    );
    if (released) return undefined;
    if (resumed !== undefined) events.push(resumed);
    records = source.open(after)[Symbol.asyncIterator]();
    const { initial, step } = runFoldOf(options, state, { parts, backend, meter: spending });
    return { state: initial, step };
  };

  /** Takes one input: moves the state on, queues the events, and offers the run to be saved. */
  const take = (current: Run, input: RunInput<R>): void => {
    const [next, emitted] = current.step(current.state, input);
    current.state = next;
    for (const event of emitted) {
      events.push(event);
      if (event.kind !== 'step' && event.kind !== 'skipped') continue;
      const lost = pace?.offer(event.step, event.checkpoint);
      // Another writer owns the run: whoever goes on would undo what it keeps.
      if (lost !== undefined) refuseKept(lost);
    }
  };

  /** More records, where there are any; a step with what waits, where they do not come in time. */
  const more = async (current: Run): Promise<void> => {
    asked ??= records?.next();
    if (asked === undefined) return;
    spending.to('reading');
    const woken = new Promise<typeof TIMED_OUT>((resolve) => {
      wake = () => {
        resolve(TIMED_OUT);
      };
    });
    // Late is also a report of a checkpoint, which does not wait for the next record.
    const timed =
      wait !== undefined && sizeOfPending(current.state.pending) > 0 ? withTimeout(asked, wait) : asked;
    const result = await Promise.race([timed, woken]);
    spending.to('preparing');
    if (released || (result === TIMED_OUT && events.length > 0)) return;
    if (result === TIMED_OUT) {
      take(current, { kind: 'late' });
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
    take(current, { kind: 'end' });
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
      // Records without events, or empty chunks, may arrive without end and without a pause.
      const turn = taken % RECORDS_A_LOOK === 0 ? due() : undefined;
      if (turn !== undefined) await turn;
      if (released) break;
      taken += 1;
      const received = chunk[at];
      if (received === undefined) await more(current);
      else {
        at += 1;
        take(current, { kind: 'record', received });
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
