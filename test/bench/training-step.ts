/** Machines for training steps of two dense layers, and made-up batches: arithmetic costs the same on any numbers. */
import {
  type Backend,
  compileChecked,
  type Data,
  dense,
  evaluate,
  force,
  key,
  learner,
  leaves,
  type Machine,
  relu,
  sequential,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  trace,
  unflatten,
  type Update,
} from 'paralens';
import { uniform } from 'paralens/operation';

export interface Sizes {
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

export interface Prepared {
  readonly machine: Machine;
  readonly batch: readonly Data[];
  /** What tracing and compiling took, in milliseconds. */
  readonly compileMs: number;
}

/** A compiled step of inputs→hidden relu→outputs. */
export const prepare = (
  backend: Backend,
  update: Update,
  { batch, inputs, hidden, outputs }: Sizes,
): Prepared => {
  const model = sequential(dense(inputs, hidden), relu(), dense(hidden, outputs));
  const subject = learner({ model, loss: sparseSoftmaxCrossEntropy(), update });
  const state = force(subject.init(key(1)));
  const parts = leaves<Tensor>(state);
  const data = [
    evaluate(uniform(key(2), [batch, inputs])).data,
    Int32Array.from({ length: batch }, (_, i) => i % outputs),
  ];
  const before = performance.now();
  const specs = [
    ...parts,
    { shape: [batch, inputs], dtype: 'float32' as const },
    { shape: [batch], dtype: 'int32' as const },
  ];
  const program = trace(
    (...values) => {
      const [input, target] = values.slice(parts.length);
      return subject.step(unflatten(state, values), { input: input as never, target: target as never });
    },
    specs,
    parts.length,
  );
  const machine = compileChecked(backend, program).start(parts.map((part) => evaluate(part).data));
  return { machine, batch: data, compileMs: performance.now() - before };
};
