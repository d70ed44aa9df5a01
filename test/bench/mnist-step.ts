/** One training step of the first network: 784→512 relu→10, batch 128, RMSprop. */
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
  rmsprop,
  sequential,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  trace,
  unflatten,
} from 'paralens';
import { uniform } from 'paralens/operation';
import { type Figure, median, quantile, timesOf } from './measure.js';

const BATCH = 128;

const mnist = learner({
  model: sequential(dense(784, 512), relu(), dense(512, 10)),
  loss: sparseSoftmaxCrossEntropy(),
  update: rmsprop({ learningRate: 1e-3 }),
});

/** A machine for the step, and one batch of made-up images: dense arithmetic costs the same on any numbers. */
const prepare = (
  backend: Backend,
): { readonly machine: Machine; readonly batch: readonly Data[]; readonly compileMs: number } => {
  const state = force(mnist.init(key(1)));
  const parts = leaves<Tensor>(state);
  const batch = [
    evaluate(uniform(key(2), [BATCH, 784])).data,
    Int32Array.from({ length: BATCH }, (_, i) => i % 10),
  ];
  const before = performance.now();
  const specs = [
    ...parts,
    { shape: [BATCH, 784], dtype: 'float32' as const },
    { shape: [BATCH], dtype: 'int32' as const },
  ];
  const program = trace(
    (...values) => {
      const [input, target] = values.slice(parts.length);
      return mnist.step(unflatten(state, values), { input: input as never, target: target as never });
    },
    specs,
    parts.length,
  );
  const machine = compileChecked(backend, program).start(parts.map((part) => evaluate(part).data));
  return { machine, batch, compileMs: performance.now() - before };
};

/** The time of a step, of compiling it, and how memory grows over ten thousand steps. */
export const mnistStep = (backend: Backend, { steps = 300, memorySteps = 0 } = {}): readonly Figure[] => {
  const { machine, batch, compileMs } = prepare(backend);
  const step = (): void => void machine.step(batch);
  const times = timesOf(step, steps, 30);
  const figure = (metric: string, value: number, unit: string): Figure => ({
    workload: 'mnist step',
    engine: backend.name,
    threads: backend.threads,
    metric,
    value,
    unit,
  });
  const figures = [
    figure('step, median', median(times), 'ms'),
    figure('step, 10 % – 90 %, low', quantile(times, 0.1), 'ms'),
    figure('step, 10 % – 90 %, high', quantile(times, 0.9), 'ms'),
    figure('trace and compile', compileMs, 'ms'),
  ];
  if (memorySteps === 0) return figures;
  for (let i = 0; i < memorySteps / 10; i++) step();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < memorySteps; i++) step();
  const growth = (100 * (process.memoryUsage().rss - before)) / before;
  return [...figures, figure(`growth of resident memory over ${memorySteps} steps`, growth, '%')];
};
