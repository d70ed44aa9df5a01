/**
 * Training as the laws see it: an operator that trains from a state, and the step that it must mean. A law
 * needs nothing else, so a stand-in may be written by hand.
 */
import type { OperatorFunction } from 'rxjs';
import type { Backend } from '../../src/backend/backend.js';
import { compile } from '../../src/backend/compile.js';
import { evaluate } from '../../src/backend/evaluate.js';
import type { Batch, Learner, Report } from '../../src/learner/learner.js';
import type { Key } from '../../src/operation/random.js';
import { train } from '../../src/stream/train.js';
import type { StreamSubject, Trace } from '../stream/trace.js';

/** What is told of a step. */
export interface Told<S> {
  readonly step: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly state: S;
}

export interface Training<S, B> {
  readonly name: string;
  /** train(·, s) */
  readonly from: (state: S) => OperatorFunction<B, Told<S>>;
  /** train(·, init(k)) */
  readonly fromKey: (key: Key) => OperatorFunction<B, Told<S>>;
  readonly init: (key: Key) => S;
  /** step(s, b), on the same backend. */
  readonly step: (state: S, batch: B) => readonly [S, Report];
  readonly backend: Backend;
  readonly watched?: StreamSubject<B, unknown>['watched'];
}

/** What trains a learner: `train`, unless a stand-in is under test. */
export type Trainer<State, A, L> = (
  options: { readonly backend: Backend } & ({ readonly state: State } | { readonly key: Key }),
) => OperatorFunction<Batch<A, L>, Told<State>>;

/** The training of a learner on a backend. */
export const trainingOf = <State, A, B, L>(
  name: string,
  learner: Learner<State, A, B, L>,
  backend: Backend,
  trainer: Trainer<State, A, L> = (options) => train(learner, options),
): Training<State, Batch<A, L>> => ({
  name: `${name} (${backend.name})`,
  from: (state) => trainer({ backend, state }),
  fromKey: (key) => trainer({ backend, key }),
  init: (key) => learner.init(key),
  step: compile(learner.step, { backend }),
  backend,
  watched: ({ input, target }, seen) => ({
    get input() {
      seen();
      return input;
    },
    target,
  }),
});

/** A training that goes on from what is made of each step that it tells, and the step that it must then mean. */
export const revisedTraining = <State, A, B, L>(
  name: string,
  learner: Learner<State, A, B, L>,
  backend: Backend,
  revise: (step: Told<State>) => State | undefined,
  trainer: Trainer<State, A, L> = (options) => train(learner, { ...options, revise }),
): Training<State, Batch<A, L>> => {
  const training = trainingOf(name, learner, backend, trainer);
  return {
    ...training,
    step: (state, batch) => {
      const [next, report] = training.step(state, batch);
      const numberOf = (each: Report['loss']): number => evaluate(each, { backend }).data[0] ?? Number.NaN;
      const told = { step: 0, loss: numberOf(report.loss), metrics: {}, state: next };
      return [revise(told) ?? next, report];
    },
  };
};

/** A step as plain data. */
export const plainStep =
  <S>(backend: Backend) =>
  ({ step, loss, metrics, state }: Told<S>) => ({
    step,
    loss,
    metrics: { ...metrics },
    state: evaluate(state, { backend }),
  });

/** Training from a state as an operator under the laws of streams. */
export const streamOf = <S, B>(
  { name, from, backend, watched }: Training<S, B>,
  state: S,
): StreamSubject<B, Told<S>> => ({
  name,
  operator: from(state),
  plain: plainStep(backend),
  watched,
});

/** scan(step, s₀), by a loop: what training means. */
export const scanned = <S, B>(
  { step, backend }: Training<S, B>,
  initial: S,
  batches: readonly B[],
): readonly ReturnType<ReturnType<typeof plainStep<S>>>[] => {
  let state = initial;
  return batches.map((batch, i) => {
    const [next, { loss, metrics }] = step(state, batch);
    state = next;
    const numberOf = (each: Report['loss']): number => evaluate(each, { backend }).data[0] ?? Number.NaN;
    return plainStep<S>(backend)({
      step: i + 1,
      loss: numberOf(loss),
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, each]) => [name, numberOf(each)])),
      state: next,
    });
  });
};

/** The trace that a scan over these batches would have. */
export const scanTrace = <S, B>(training: Training<S, B>, initial: S, batches: readonly B[]): Trace => ({
  emitted: scanned(training, initial, batches),
  end: 'complete',
});
