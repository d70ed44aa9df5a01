/** The fold of an online run: from its state and a record to the next state, and what is told of it. */
import { either } from 'fp-ts';
import type { Optimized } from '../../stream/reduce-on-plateau.js';
import type { Backend } from '../../backend/backend.js';
import { fail, ParalensError, withTime } from '../../error.js';
import type { Batch } from '../../learner/learner.js';
import { showGiven } from '../../require.js';
import { withLazy } from '../../stream/lazy-property.js';
import { stepper, type Taken } from '../../stream/stepper.js';
import { isBroken } from '../source/raw-record.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { badShareLimit, type DeadLetterKind } from '../decode/dead-letter.js';
import { letter, shownAs, thrown } from '../decode/decoder.js';
import type { OnlineEvent, OnlineStep, StepReport } from './event.js';
import { type Example, type ExampleForm, stacker } from './example.js';
import { formOf, misfit, showMisfit } from './example-form.js';
import type { Json } from '../json.js';
import type { Meter } from './meter.js';
import { afterSkipping, reasonOf } from './non-finite-policy.js';
import { noPredictions, predictedOf } from './predictions.js';
import type { RunOptions } from './run-options.js';
import { type RollBackStates, type RunParts, type RunState, type Waiting, writeRun } from './run-state.js';
import { cut } from '../decode/unsafe-value.js';
import type { Received } from '../source/source.js';

/** A run under way. */
export interface Runner<R, State, M, F extends Json> {
  /** Takes one record in, and gives what is to be told of it. */
  readonly receive: (received: Received<R, Json>) => readonly OnlineEvent<State, M, F>[];
  /** Takes a step with the examples that wait, if any do. */
  readonly flush: () => readonly OnlineEvent<State, M, F>[];
  /** At the end of the source. Throws if examples came, and none of them is one that the model takes. */
  readonly end: () => readonly OnlineEvent<State, M, F>[];
  readonly isWaiting: () => boolean;
  /** The whole run as it is after its last step, or as it began; written down when it is asked for. */
  readonly moment: () => () => Checkpoint;
}

const NOTHING: readonly never[] = [];

/** So many records of which no example could be made, before the first of which one could, are a mistake and not data. */
const MOST_REFUSED = 100;

/** How much of a record a dead letter keeps, in UTF-16 units. */
const RAW = 1024;

/** A mistake of the numbers that a program ran on. */
const isInData = (error: unknown): error is ParalensError =>
  error instanceof ParalensError && error.mistake.isInData === true;

const textOfRecord = (record: unknown): string => {
  if (isBroken(record)) return cut(record.text, RAW);
  return cut(typeof record === 'string' ? record : shownAs(record), RAW);
};

/** Throws if what makes examples gives something else than an array of them, which is a mistake and no data. */
const requireExamples = (made: unknown): void => {
  const isExample = (each: unknown): boolean => typeof each === 'object' && each !== null;
  if (Array.isArray(made) && made.every(isExample)) return;
  fail({
    operation: 'online',
    what: '`examples` gave something else than an array of examples',
    got: Array.isArray(made)
      ? `an array with ${showGiven(made.find((each) => !isExample(each)))}`
      : showGiven(made),
    needed: '[{ input, target }, …]',
  });
};

/** A run from a state on. */
export const runner = <
  State extends Optimized,
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
  options: RunOptions<State, A, B, L, R, X, F, S, M, V>,
  from: RunState<State>,
  parts: RunParts,
  backend: Backend,
  meter: Meter,
): Runner<R, State, M, F> => {
  const { decode, examples, learner, size, monitors, revise, nonFinite = 'stop', limits = {} } = options;
  const { dtypes = {}, predictions = false } = options;
  const steps = stepper(learner, from.learner, backend, { predictions });
  let { position, step, form } = from;
  let stack = form === null ? undefined : stacker(form, dtypes);
  // Numbers, and a record of them only where they are told: not one for each record that comes in.
  let { records, bad, skipped } = from.counts;
  // A state that was written down is of the folds that wrote it: the structure in it says so.
  let features = from.features as F;
  let watched = from.monitors as S;
  let revision = from.revision as V;
  const waiting: Waiting[] = [...from.pending];
  const limit = options.badShare && badShareLimit(options.badShare);
  let share = from.badShare ?? limit?.initial;
  const rollBackEvery = typeof nonFinite === 'object' ? nonFinite.rollBack.steps : undefined;
  /** The state of the learner behind the last step. */
  let current = (): State => from.learner;
  /** The state to roll back to, and the one that takes its place later. */
  let rollBack: RollBackStates<State> = from.rollBack ?? { longAgo: current, lately: current };
  /** What no example could be made of, while none has been made: how often, and the first reason. */
  let refused = 0;
  let firstRefusal = '';

  const moment = (state: () => State): (() => Checkpoint) => {
    const data = {
      position,
      step,
      counts: { records, bad, skipped },
      features,
      monitors: watched,
      revision,
      form,
      pending: [...waiting],
      badShare: share,
      rollBack: rollBackEvery === undefined ? undefined : rollBack,
    };
    return () => writeRun({ ...data, learner: state() }, parts);
  };
  let last = moment(current);

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

  /** Whether the model takes examples of a form, which tracing says: why it does not, or nothing. */
  const refusalByModel = (candidate: ExampleForm, example: Example): string | undefined => {
    const batch = stacker(candidate, dtypes)(size > 1 ? [example, example] : [example]);
    try {
      learner.evaluate(current(), batch as Batch<A, L>);
      return undefined;
    } catch (error) {
      if (error instanceof ParalensError) return error.message;
      throw error;
    }
  };

  /** Why an example is not one of this run; the first that the model takes says what all are like. */
  const refusalOf = (example: Example): string | undefined => {
    if (form !== null) {
      const found = misfit(form, example, dtypes);
      return found && showMisfit(found);
    }
    const candidate = formOf(example);
    if (candidate === undefined)
      return 'an example of something else than numbers, lists of them and records';
    const found = misfit(candidate, example, dtypes);
    if (found !== undefined) return showMisfit(found);
    const refusal = refusalByModel(candidate, example);
    if (refusal === undefined) [form, stack] = [candidate, stacker(candidate, dtypes)];
    return refusal;
  };

  /** Throws if nothing but refused records has come for long: a pipeline that never fits its model is a mistake. */
  const requireSome = (most: number): void => {
    if (form !== null || refused < most) return;
    fail({
      operation: 'online',
      what: 'no record gives an example that the model takes',
      got: `${refused} refused, the first because of: ${firstRefusal}`,
      needed: 'examples of the shapes that the model and its loss take',
    });
  };

  const letterOf = (
    kind: DeadLetterKind,
    reason: string,
    at: Json,
    raw: string,
  ): OnlineEvent<State, M, F> => {
    if (form === null && refused++ === 0) firstRefusal = reason;
    return { kind: 'dead letter', letter: letter(at, { kind, reason }, raw) };
  };

  /** The step failed for the numbers of its examples: those that fail alone are set aside, or all where none does. */
  const refuse = (batch: readonly Waiting[], error: ParalensError): readonly OnlineEvent<State, M, F>[] => {
    const before = current();
    const reasons = batch.map((each) => {
      steps.goOnFrom(before);
      try {
        steps.step(stacked([each.example]));
        return undefined;
      } catch (failure) {
        if (isInData(failure)) return failure.message;
        throw failure;
      }
    });
    steps.goOnFrom(before);
    current = () => before;
    const isOne = reasons.some((reason) => reason !== undefined);
    const letters: OnlineEvent<State, M, F>[] = [];
    const rest: Waiting[] = [];
    for (const [i, each] of batch.entries()) {
      const reason = isOne ? reasons[i] : error.message;
      if (reason === undefined) rest.push(each);
      else letters.push(letterOf('check', reason, each.position, cut(shownAs(each.example), RAW)));
    }
    bad += letters.length;
    waiting.unshift(...rest);
    for (const each of letters) requireShare(either.left(each));
    return letters;
  };

  const stacked = (batch: readonly Example[]): Batch<A, L> => {
    // Examples wait only where there is a form. The learner's argument and target are what they are drawn up as.
    if (stack === undefined) return fail({ operation: 'online', what: 'examples that wait without a form' });
    return stack(batch) as Batch<A, L>;
  };

  /** The examples of one step, taken out of those that wait. */
  const take = (given: readonly Waiting[]): readonly OnlineEvent<State, M, F>[] => {
    const batch = given.map(({ example }) => example);
    let taken: Taken<State>;
    try {
      taken = steps.step(stacked(batch));
    } catch (error) {
      if (isInData(error)) return refuse(given, error);
      throw error;
    }
    const { loss, metrics } = taken;
    const reason = reasonOf(taken, limits);
    if (reason !== undefined) {
      const { state, by } = afterSkipping(nonFinite, reason, taken.stateBefore, rollBack.longAgo);
      steps.goOnFrom(state);
      current = () => state;
      step += 1;
      skipped += batch.length;
      last = moment(current);
      return [{ kind: 'skipped', step, reason, by, examples: batch.length, position }];
    }
    step += 1;
    const predicted = predictions
      ? predictedOf(taken.compiled.predicted, taken.predictions, batch)
      : undefined;
    const told: StepReport = {
      loss,
      metrics,
      examples: batch.length,
      predictions: predicted === undefined ? noPredictions : () => predicted,
    };
    // Without monitors there is nothing that they make, and nothing is what its type says.
    const [next, monitored] = monitors?.step(watched, told) ?? [watched, undefined as M];
    watched = next;
    const event = (state: () => State): OnlineStep<State, M, F> => {
      last = moment(state);
      const made = {
        kind: 'step' as const,
        step,
        examples: batch.length,
        loss,
        metrics,
        monitored,
        position,
        counts: { records, bad, skipped },
        features,
        form: form ?? fail({ operation: 'online', what: 'a step without a form of its examples' }),
        spent: meter.spent(),
        checkpoint: last,
      };
      return withLazy(made, 'state', state);
    };
    current = taken.state;
    const [after, revised] = revise?.step(revision, event(current)) ?? [revision, undefined];
    revision = after;
    if (rollBackEvery !== undefined && step % rollBackEvery === 0)
      rollBack = { longAgo: rollBack.lately, lately: taken.state };
    // Told again: what the revision remembers is part of the moment as well.
    if (revised === undefined) return [event(current)];
    const state = steps.goOnFrom(revised);
    current = () => state;
    return [event(current)];
  };

  const takeAll = (least: number): readonly OnlineEvent<State, M, F>[] => {
    const events: OnlineEvent<State, M, F>[] = [];
    meter.to('learning');
    while (waiting.length >= least && waiting.length > 0) {
      const batch = waiting.splice(0, size);
      try {
        events.push(...take(batch));
      } catch (error) {
        throw withTime(`step ${step + 1}`, error);
      }
    }
    return events;
  };

  /** Takes the examples of a record in; gives the dead letters of what is none. */
  const takeIn = (received: Received<R, Json>): readonly OnlineEvent<State, M, F>[] => {
    let made: readonly Example[];
    try {
      const decoded = decode(received);
      if (either.isLeft(decoded)) return [{ kind: 'dead letter', letter: decoded.left }];
      [features, made] = examples.step(features, decoded.right);
    } catch (error) {
      return [letterOf('features', thrown(error), received.position, textOfRecord(received.value))];
    }
    requireExamples(made);
    let letters: OnlineEvent<State, M, F>[] | undefined;
    for (const example of made) {
      const refusal = refusalOf(example);
      if (refusal === undefined) waiting.push({ example, position: received.position });
      else {
        letters ??= [];
        letters.push(letterOf('shape', refusal, received.position, textOfRecord(received.value)));
      }
    }
    return letters ?? NOTHING;
  };

  return {
    receive: (received) => {
      ({ position } = received);
      const letters = takeIn(received);
      if (limit !== undefined)
        requireShare(letters.length > 0 ? either.left(letters) : either.right(letters));
      records += 1;
      if (letters.length > 0) {
        bad += 1;
        requireSome(MOST_REFUSED);
      }
      if (waiting.length < size) return letters;
      const events = takeAll(size);
      return letters.length === 0 ? events : [...letters, ...events];
    },
    flush: () => takeAll(1),
    end: () => {
      const events = takeAll(1);
      requireSome(1);
      return events;
    },
    isWaiting: () => waiting.length > 0,
    moment: () => last,
  };
};
