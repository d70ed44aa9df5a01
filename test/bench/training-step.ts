/** Machines for training steps of two dense layers, and made-up batches: arithmetic costs the same on any numbers. */
import {
  type AnyTensor,
  type Backend,
  type Batch,
  type Data,
  dense,
  type DenseParameters,
  evaluate,
  key,
  type Learner,
  learner,
  type LearnerState,
  type Machine,
  relu,
  sequential,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  tensor,
  type Update,
} from 'paralens';
import { compileChecked, force, leaves, trace, unflatten } from 'paralens/program';
import { uniform } from 'paralens/operation';

export interface Sizes {
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

type Rows = Tensor<readonly [number, number]>;
type Labels = Tensor<readonly [number], 'int32'>;
type Layer = DenseParameters<number, number>;
type Perceptron = Learner<LearnerState<readonly [Layer, Layer]>, Rows, Rows, Labels>;

export interface Prepared {
  readonly machine: Machine;
  readonly batch: readonly Data[];
  /** What tracing and compiling took, in milliseconds. */
  readonly compileMs: number;
}

/** A learner's step, compiled for batches like this one. */
export const compiledStep = <State, A, B, L>(
  backend: Backend,
  subject: Learner<State, A, B, L>,
  batch: Batch<A, L>,
): Prepared => {
  const state = force(subject.init(key(1)));
  const parts = leaves<AnyTensor>(state);
  const examples = leaves<AnyTensor>(batch);
  const data = examples.map((example) => evaluate(example).data);
  const before = performance.now();
  const program = trace(
    (...values) => subject.step(unflatten(state, values), unflatten(batch, values.slice(parts.length))),
    [...parts, ...examples],
    parts.length,
  );
  const machine = compileChecked(backend, program).start(parts.map((part) => evaluate(part).data));
  return { machine, batch: data, compileMs: performance.now() - before };
};

/** A learner of inputs→hidden relu→outputs, and a batch for it. */
export const perceptron = (
  update: Update,
  { batch, inputs, hidden, outputs }: Sizes,
): { readonly subject: Perceptron; readonly batch: Batch<Rows, Labels> } => {
  const model = sequential(dense(inputs, hidden), relu(), dense(hidden, outputs));
  return {
    subject: learner({ model, loss: sparseSoftmaxCrossEntropy(), update }),
    // Data, as a stream brings it: an expression would be computed at every step.
    batch: force({
      input: uniform(key(2), [batch, inputs]),
      target: tensor(
        Array.from({ length: batch }, (_, i) => i % outputs),
        'int32',
      ),
    }),
  };
};

/** A compiled step of inputs→hidden relu→outputs. */
export const prepare = (backend: Backend, update: Update, sizes: Sizes): Prepared => {
  const { subject, batch } = perceptron(update, sizes);
  return compiledStep(backend, subject, batch);
};
