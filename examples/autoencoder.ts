/**
 * An autoencoder of digits through 16 numbers, its encoder moved by one update and its decoder by another.
 * `-- --epochs 3`
 */
import { parseArgs } from 'node:util';
import { from, lastValueFrom } from 'rxjs';
import {
  adam,
  batches,
  binaryCrossEntropy,
  chain,
  clipByGlobalNorm,
  compose,
  dense,
  evaluate,
  evaluator,
  key,
  learner,
  named,
  relu,
  rmsprop,
  sequential,
  train,
} from 'paralens';
import { frozen, partition } from 'paralens/update';
import { sigmoid, slice } from 'paralens/operation';
import { isStarted } from './data/direct.js';
import { readMnist } from './data/mnist.js';
import { saveImages } from './data/picture.js';

export const main = async ({ epochs = 3, seed = 1, digits = readMnist() } = {}) => {
  const encoder = named('encoder', sequential(dense(784, 256), relu(), dense(256, 16)));
  const decoder = named('decoder', sequential(dense(16, 256), relu(), dense(256, 784)));
  const network = learner({
    model: compose(encoder, decoder),
    loss: binaryCrossEntropy(), // of each pixel; the sigmoid is in the loss
    update: partition(
      {
        encoder: chain(clipByGlobalNorm(1), adam({ learningRate: 1e-3 })),
        decoder: rmsprop({ learningRate: 1e-3 }),
      },
      frozen,
    ),
  });
  // What goes in is what should come out.
  const itself = (images: typeof digits.test.input) => ({ input: images, target: images });
  const data = batches(itself(digits.training.input), { size: 128, shuffle: key(seed), epochs });
  const { state } = await lastValueFrom(from(data).pipe(train(network, { key: key(seed) })));

  const some = slice(digits.test.input, { start: [0, 0], stop: [10, 784] }) as typeof digits.test.input;
  const [before, after] = evaluate([some, sigmoid(network.predict(state, some))] as const);
  const picture = saveImages('autoencoder.png', Float32Array.of(...before.data, ...after.data), 28, 10);
  return { loss: evaluator(network, itself(digits.test.input))(state).loss, picture };
};

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({ options: { epochs: { type: 'string' }, seed: { type: 'string' } } });
  const { loss, picture } = await main({
    epochs: Number(values.epochs ?? 3),
    seed: Number(values.seed ?? 1),
  });
  console.log(`loss ${loss.toFixed(4)} a pixel; ten digits, and what is left of them: ${picture}`);
}
