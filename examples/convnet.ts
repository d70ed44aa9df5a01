/** A convolutional network on MNIST, to 99 % and more. `-- --epochs 5 --seed 1` */
import { parseArgs } from 'node:util';
import { from, lastValueFrom } from 'rxjs';
import {
  accuracy,
  adam,
  batches,
  convolution2d,
  dense,
  dropout,
  evaluator,
  flatten,
  key,
  learner,
  maxPooling2d,
  type Output,
  progress,
  relu,
  reshape,
  sequential,
  sparseSoftmaxCrossEntropy,
  train,
} from 'paralens';
import { cosineDecay } from 'paralens/update';
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
  const data = batches(digits.training, { size: 128, shuffle: order, epochs });
  const network = learner({
    model: sequential(
      reshape([28, 28, 1]),
      convolution2d(1, 16, 5, { padding: 'same' }),
      relu(),
      maxPooling2d(2),
      convolution2d(16, 32, 5, { padding: 'same' }),
      relu(),
      maxPooling2d(2),
      flatten(),
      dense(7 * 7 * 32, 128),
      relu(),
      dropout(0.4), // not when it predicts: onTest sees all of the network
      dense(128, 10),
    ),
    loss: sparseSoftmaxCrossEntropy(),
    update: adam({ learningRate: cosineDecay({ rate: 2e-3, steps: data.total }) }),
    metrics: { accuracy },
  });

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
  const { state } = await lastValueFrom(steps);
  const seconds = (performance.now() - started) / 1000;
  return { accuracy: onTest(state).metrics['accuracy'] ?? 0, epochs, seconds };
};

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({ options: { epochs: { type: 'string' }, seed: { type: 'string' } } });
  const run = await main({ epochs: Number(values.epochs ?? 5), seed: Number(values.seed ?? 1) });
  console.log(
    `test accuracy ${run.accuracy.toFixed(4)} after ${run.epochs} epochs in ${run.seconds.toFixed(1)} s`,
  );
}
