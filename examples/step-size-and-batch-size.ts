/**
 * The trade between step size and batch size on MNIST: the loss after one look at every digit, for batches from one
 * digit to all of them, and for step sizes around what each takes. `-- --digits 6000` looks at fewer.
 */
import { parseArgs } from 'node:util';
import { from, lastValueFrom } from 'rxjs';
import {
  accuracy,
  batches,
  dense,
  evaluator,
  key,
  learner,
  relu,
  sequential,
  sgd,
  sparseSoftmaxCrossEntropy,
  train,
} from 'paralens';
import { isStarted } from './data/direct.js';
import { readMnist } from './data/mnist.js';
import { saveLines } from './data/plot.mjs';

interface Run {
  readonly size: number;
  readonly rate: number;
  readonly seconds: number;
  readonly loss: number | undefined;
  readonly accuracy: number;
}

interface Options {
  readonly digits?: ReturnType<typeof readMnist>;
  readonly sizes?: readonly number[];
  readonly rates?: readonly number[];
}

export const main = async ({
  digits = readMnist(),
  sizes = [1, 8, 64, 512, 4096, Infinity],
  rates = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
}: Options = {}) => {
  const [examples] = digits.training.target.shape;
  const runs: Run[] = [];
  for (const size of sizes.map((each) => Math.min(each, examples)))
    for (const rate of rates) {
      const network = learner({
        model: sequential(dense(784, 32), relu(), dense(32, 10)),
        loss: sparseSoftmaxCrossEntropy(),
        update: sgd({ learningRate: rate }),
        metrics: { accuracy },
      });
      const data = batches(digits.training, { size, shuffle: key(7), epochs: 1 });
      const began = performance.now();
      const run = lastValueFrom(from(data).pipe(train(network, { key: key(1) })));
      // A step that is too large ends where the loss is no number any more: the stream's error says so.
      const end = await run.catch(() => undefined);
      const seconds = (performance.now() - began) / 1000;
      const reached = end && evaluator(network, digits.test)(end.state);
      runs.push({ size, rate, seconds, loss: reached?.loss, accuracy: reached?.metrics['accuracy'] ?? 0.1 });
    }

  // Worse than guessing, the chart would show little else.
  const points = runs.flatMap(({ loss, ...run }) =>
    loss === undefined || loss > 3 ? [] : [{ ...run, loss }],
  );
  const picture = saveLines('step-size-and-batch-size.svg', {
    title: 'Loss on test digits after one look at each training digit, by batch size',
    x: { of: 'rate', label: 'step size', scale: 'log' },
    y: { of: 'loss', label: 'loss', scale: 'log' },
    z: { of: 'size' },
    points,
  });
  return { runs, picture };
};

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({ options: { digits: { type: 'string', default: '60000' } } });
  const { runs, picture } = await main({ digits: readMnist({ training: Number(values.digits) }) });
  console.log('batch size, best step size, loss, accuracy, seconds');
  for (const size of new Set(runs.map((run) => run.size))) {
    const all = runs.filter((run) => run.size === size);
    const best = all.toSorted((a, b) => (a.loss ?? Infinity) - (b.loss ?? Infinity))[0];
    if (best !== undefined)
      console.log(size, best.rate, best.loss?.toFixed(4), best.accuracy.toFixed(4), best.seconds.toFixed(2));
  }
  console.log(picture);
}
