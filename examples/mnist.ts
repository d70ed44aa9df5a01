/** The first network: handwritten digits, 784 → 512 → 10. `npm start -- --epochs 5 --seed 1` */
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { from, lastValueFrom } from 'rxjs';
import {
  accuracy,
  batches,
  dense,
  evaluate,
  evaluator,
  key,
  learner,
  type Output,
  progress,
  relu,
  rmsprop,
  sequential,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  train,
} from 'paralens';
import { defaultBackend as backend, leaves } from 'paralens/program';
import { split } from 'paralens/operation';
import { isStarted } from './data/direct.js';
import { readMnist } from './data/mnist.js';

interface Options {
  readonly epochs?: number;
  readonly seed?: number;
  readonly digits?: ReturnType<typeof readMnist>;
  readonly output?: Output;
}

export const main = async ({
  epochs = 5,
  seed = 1,
  digits = readMnist(),
  output = process.stderr,
}: Options = {}) => {
  const [first = key(seed), order = key(seed)] = split(key(seed), 2);

  // The four steps of training, over and over:
  const network = learner({
    model: sequential(dense(784, 512), relu(), dense(512, 10)), //   2. predict what each image shows,
    loss: sparseSoftmaxCrossEntropy(), //                            3. see how wrong that was: the loss,
    update: rmsprop({ learningRate: 1e-3 }), //                      4. move the parameters against its gradient.
    metrics: { accuracy },
  });
  const data = batches(digits.training, { size: 128, shuffle: order, epochs }); // 1. draw a batch,

  const onTest = evaluator(network, digits.test);
  const started = performance.now();
  const steps = from(data).pipe(
    train(network, { key: first }),
    progress({
      total: data.total,
      size: 128,
      output,
      note: ({ step, state }) =>
        step % data.perEpoch === 0
          ? `epoch ${step / data.perEpoch}: test accuracy ${onTest(state).metrics['accuracy']?.toFixed(4)}`
          : undefined,
    }),
  );
  const { state, step } = await lastValueFrom(steps);
  const seconds = (performance.now() - started) / 1000;

  const hash = createHash('sha256');
  for (const parameter of leaves<Tensor>(state.parameters)) hash.update(evaluate(parameter).data);
  const { accuracy: reached = 0 } = onTest(state).metrics;
  return { accuracy: reached, epochs, seconds, samples: step * 128, hash: hash.digest('hex').slice(0, 12) };
};

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({ options: { epochs: { type: 'string' }, seed: { type: 'string' } } });
  const run = await main({ epochs: Number(values.epochs ?? 5), seed: Number(values.seed ?? 1) });
  const rate = `${Math.round(run.samples / run.seconds)} samples/s`;
  const machine = `${backend.name}, ${backend.threads} thread${backend.threads === 1 ? '' : 's'}`;
  console.log(`parameters ${run.hash}`);
  console.log(
    `test accuracy ${run.accuracy.toFixed(4)} after ${run.epochs} epochs in ${run.seconds.toFixed(1)} s (${rate}, ${machine})`,
  );
}
