/** The fold of an online run: from its state and a record to the next state, and what is told of it. */
import { either } from 'fp-ts';
import type { Backend } from '../backend/backend.js';
import { fail, withTime } from '../error.js';
import type { Batch, Learner, LearnerState } from '../learner/learner.js';
import type { Parameters } from '../lens/para.js';
import { withLazy } from '../stream/lazy-property.js';
import { stepper } from '../stream/stepper.js';
import type { Checkpoint } from './checkpoint.js';
import { badShareLimit, type BadShareLimitOptions, type DeadLetter } from './dead-letter.js';
import type { OnlineEvent, OnlineStep, Told } from './event.js';
import { type Example, type ExampleDTypes, stacker } from './example.js';
import type { Fold } from './fold.js';
import type { Json } from './json.js';
import type { Meter } from './meter.js';
import { afterUndoing, type Limits, type NonFinitePolicy, reasonOf } from './non-finite-policy.js';
import { requireCount } from './require-count.js';
import { type RunState, writeRun } from './run-state.js';
import type { Received } from './source.js';

/** What a run is made of, apart from where its records come from and where it is kept. */
export interface RunOptions<
  P extends Parameters,
  A,
  B,
  L,
  R,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
> {
  /** From what came in to a record, or to a dead letter. */
  readonly decode: (received: Received<R, Json>) => either.Either<DeadLetter<Json>, X>;
  /** From a record to examples to learn from: none, one, or several. Its state is part of the run's. */
  readonly examples: Fold<F, X, readonly Example[]>;
  readonly learner: Learner<P, A, B, L>;
  /** Examples a step: 1 learns from each by itself. */
  readonly size: number;
  /** The dtypes of examples; float32 unless another is named. */
  readonly dtypes?: ExampleDTypes;
  /** What is made of each step's loss and metrics, which are told before it learns: scores, detectors of drift. */
  readonly monitors?: Fold<S, Told, M>;
  /** From a step to the state to go on from, where that is not the step's own: a reaction to drift, a rate that changes. */
  readonly revise?: Fold<V, OnlineStep<P, M>, LearnerState<P> | undefined>;
  /** What is done about a step whose loss is not finite, or beyond the limits; `'stop'` by default. */
  readonly nonFinite?: NonFinitePolicy;
  readonly limits?: Limits;
  /** The share of records that may be bad before the run stops. No limit by default. */
  readonly badShare?: BadShareLimitOptions;
}

/** A run under way. */
export interface Runner<R, P, M> {
  /** Takes one record in, and gives what is to be told of it. */
  readonly receive: (received: Received<R, Json>) => readonly OnlineEvent<P, M>[];
  /** Takes a step with the examples that wait, if any do. */
  readonly flush: () => readonly OnlineEvent<P, M>[];
  readonly isWaiting: () => boolean;
  /** The whole run as it is after its last step, or as it began; written down when it is asked for. */
  readonly moment: () => () => Checkpoint;
}

const NOTHING: readonly never[] = [];

/** A run from a state on. */
export const runner = <
  P extends Parameters,
  A,
  B,
  L,
  R,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
>(
  options: RunOptions<P, A, B, L, R, X, F, S, M, V>,
  from: RunState<P>,
  structure: string,
  backend: Backend,
  meter: Meter,
): Runner<R, P, M> => {
  const { decode, examples, learner, size, monitors, revise, nonFinite = 'stop', limits = {} } = options;
  requireCount('online', 'a batch size that is none', size);
  const steps = stepper(learner, from.learner, backend);
  const stack = stacker(options.dtypes ?? {});
  let { position, step } = from;
  // Numbers, and a record of them only where they are told: not one for each record that comes in.
  let { records, bad, skipped } = from.counts;
  // A state that was written down is of the folds that wrote it: the structure in it says so.
  let features = from.features as F;
  let watched = from.monitors as S;
  let revision = from.revision as V;
  const waiting: Example[] = [...from.pending];
  const limit = options.badShare && badShareLimit(options.badShare);
  let share = from.badShare ?? limit?.initial;
  const began = (): LearnerState<P> => from.learner;
  /** The state to roll back to, and the one that takes its place later. */
  let longAgo = began;
  let lately = began;

  const moment = (state: () => LearnerState<P>): (() => Checkpoint) => {
    const data = {
      position,
      step,
      counts: { records, bad, skipped },
      features,
      monitors: watched,
      revision,
      pending: [...waiting],
      badShare: share,
    };
    return () => writeRun({ ...data, learner: state() }, structure);
  };
  let last = moment(began);

  const requireShare = (decoded: either.Either<unknown, unknown>): void => {
    if (limit === undefined || share === undefined) return;
    const [next, { share: now, stop }] = limit.step(share, decoded);
    share = next;
    if (stop)
      fail({
        operation: 'online',
        what: 'too many records that do not decode',
        got: `${(100 * now).toFixed(1)} %`,
        needed: `at most ${100 * (options.badShare?.most ?? 1)} %`,
        hint: 'the dead letters say why',
      });
  };

  /** The examples of one step, taken out of those that wait. */
  const take = (batch: readonly Example[]): OnlineEvent<P, M> => {
    // The learner's argument and target are what its examples are drawn up as.
    const taken = steps.step(stack(batch) as Batch<A, L>);
    const { loss, metrics } = taken;
    const reason = reasonOf(taken, limits);
    if (reason !== undefined) {
      const { state, by } = afterUndoing(nonFinite, reason, taken.stateBefore, longAgo);
      steps.goOnFrom(state);
      step += 1;
      skipped += batch.length;
      last = moment(() => state);
      return { kind: 'undone', step, reason, by, examples: batch.length, position };
    }
    step += 1;
    // Without monitors there is nothing that they make, and nothing is what its type says.
    const told = { loss, metrics, examples: batch.length };
    const [next, monitored] = monitors?.step(watched, told) ?? [watched, undefined as M];
    watched = next;
    const event = (state: () => LearnerState<P>): OnlineStep<P, M> => {
      last = moment(state);
      const told = {
        kind: 'step' as const,
        step,
        examples: batch.length,
        loss,
        metrics,
        monitored,
        position,
        counts: { records, bad, skipped },
        spent: meter.spent(),
        checkpoint: last,
      };
      return withLazy(told, 'state', state);
    };
    const [after, revised] = revise?.step(revision, event(taken.state)) ?? [revision, undefined];
    revision = after;
    const rollBack = typeof nonFinite === 'object' ? nonFinite.rollBack : undefined;
    if (rollBack !== undefined && step % rollBack.steps === 0) [longAgo, lately] = [lately, taken.state];
    // Told again: what the revision remembers is part of the moment as well.
    if (revised === undefined) return event(taken.state);
    const state = steps.goOnFrom(revised);
    return event(() => state);
  };

  const takeAll = (least: number): readonly OnlineEvent<P, M>[] => {
    const events: OnlineEvent<P, M>[] = [];
    meter.to('learning');
    while (waiting.length >= least && waiting.length > 0) {
      const batch = waiting.splice(0, size);
      try {
        events.push(take(batch));
      } catch (error) {
        throw withTime(`step ${step + 1}`, error);
      }
    }
    return events;
  };

  return {
    receive: (received) => {
      const decoded = decode(received);
      ({ position } = received);
      requireShare(decoded);
      records += 1;
      if (either.isLeft(decoded)) {
        bad += 1;
        return [{ kind: 'dead letter', letter: decoded.left }];
      }
      const [next, made] = examples.step(features, decoded.right);
      features = next;
      if (made.length === 0) return NOTHING;
      waiting.push(...made);
      return waiting.length < size ? NOTHING : takeAll(size);
    },
    flush: () => takeAll(1),
    isWaiting: () => waiting.length > 0,
    moment: () => last,
  };
};
