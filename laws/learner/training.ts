/**
 * Training as the laws see it: an operator that trains from a state, and the step that it must mean. A law
 * needs nothing else, so a stand-in may be written by hand.
 */
import { map, type OperatorFunction } from 'rxjs';
import type { Backend } from '../../src/backend/backend.js';
import { compile } from '../../src/backend/compile.js';
import { evaluate } from '../../src/backend/evaluate.js';
import type { Batch, Learner, Report } from '../../src/learner/learner.js';
import type { Key } from '../../src/operation/random.js';
import { jsonOfText, jsonText } from '../../src/online/json.js';
import { required } from '../../src/require.js';
import type { Fold } from '../../src/stream/fold.js';
import { type Step, train } from '../../src/stream/train.js';
import { tensor } from '../../src/tensor/primitive/constant.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Json } from '../../src/tree/tree.js';
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

/** All that decides how a revised training goes on: the learner's state, and what its fold remembers, as a tensor. */
export interface Revised<State> {
  readonly state: State;
  readonly memory: Tensor<Shape, 'int32'>;
}

const remembered = (memory: Json): Revised<unknown>['memory'] => {
  const codes = Array.from(jsonText(memory), (character) => character.codePointAt(0) ?? 0);
  return tensor(Int32Array.from(codes), [codes.length], 'int32');
};

const recalled = <V extends Json>({ memory }: Revised<unknown>, backend: Backend): V => {
  const read = jsonOfText(String.fromCodePoint(...evaluate(memory, { backend }).data));
  if (read._tag === 'Left') throw new Error(read.left);
  // It was written by `remembered`.
  return read.right as V;
};

/** The state of a learner with a fold that remembers nothing yet. */
export const unrevised = <State, V extends Json>(
  state: State,
  { initial }: Pick<Fold<V, never, unknown>, 'initial'>,
): Revised<State> => ({ state, memory: remembered(initial) });

/** What trains a learner and revises it by a fold. */
export type RevisedTrainer<State, A, L, V> = (
  options: { readonly backend: Backend } & (
    { readonly from: Pick<Step<State, V>, 'step' | 'state' | 'revision'> } | { readonly key: Key }
  ),
) => OperatorFunction<Batch<A, L>, Step<State, V>>;

/** A training whose state is revised by a fold after each step: the fold's memory is part of its state. */
export const revisedTraining = <State, A, B, L, V extends Json>(
  name: string,
  learner: Learner<State, A, B, L>,
  backend: Backend,
  revise: Fold<V, Step<State>, State | undefined>,
  trainer: RevisedTrainer<State, A, L, V> = (options) => train(learner, { ...options, revise }),
): Training<Revised<State>, Batch<A, L>> => {
  const plain = trainingOf(name, learner, backend);
  const told =
    (run: ReturnType<typeof trainer>): OperatorFunction<Batch<A, L>, Told<Revised<State>>> =>
    (source) =>
      source.pipe(
        run,
        map((step) => ({
          step: step.step,
          loss: step.loss,
          metrics: step.metrics,
          // Read when it is asked for, as the step's own.
          get state() {
            return { state: step.state, memory: remembered(step.revision) };
          },
        })),
      );
  return {
    ...plain,
    from: (at) =>
      told(trainer({ backend, from: { step: 0, state: at.state, revision: recalled(at, backend) } })),
    fromKey: (key) => told(trainer({ backend, key })),
    init: (key) => unrevised(learner.init(key), revise),
    step: (at, batch) => {
      const [next, report] = plain.step(at.state, batch);
      const loss = required(evaluate(report.loss, { backend }).data[0], 'a loss');
      const revision = recalled<V>(at, backend);
      const [memory, revised] = revise.step(revision, { step: 0, loss, metrics: {}, state: next, revision });
      return [{ state: revised ?? next, memory: remembered(memory) }, report];
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
