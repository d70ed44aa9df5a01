/** Exclusive or: the smallest problem that needs a hidden layer. */
import { from, lastValueFrom } from 'rxjs';
import {
  adam,
  batches,
  binaryCrossEntropy,
  dense,
  evaluate,
  key,
  learner,
  sequential,
  tanh,
  tensor,
  train,
} from 'paralens';
import { sigmoid } from 'paralens/operation';
import { isStarted } from './data/direct.js';

const ROWS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** Trains the network; returns its loss and what it takes each of the four rows to. */
export const main = async ({ epochs = 300, seed = 1 } = {}) => {
  const input = tensor(ROWS.flat(), [4, 2]);
  const target = tensor([[0], [1], [1], [0]]);
  const network = learner({
    // Without tanh between them, two dense layers are one, and no straight line parts the 1s from the 0s.
    model: sequential(dense(2, 8), tanh(), dense(8, 1)),
    loss: binaryCrossEntropy(),
    update: adam({ learningRate: 0.05 }),
  });
  // Every batch is the whole truth table.
  const steps = from(batches({ input, target }, { size: 4, epochs })).pipe(
    train(network, { key: key(seed) }),
  );
  const { state, loss } = await lastValueFrom(steps);
  // The network ends in logits; the sigmoid function makes probabilities of them.
  const outputs = [...evaluate(sigmoid(network.predict(state, input))).data];
  return { loss, outputs };
};

if (isStarted(import.meta.url)) {
  const { loss, outputs } = await main();
  for (const [i, output] of outputs.entries())
    console.log(`${ROWS[i]?.join(' xor ')} = ${output.toFixed(4)}`);
  console.log(`loss ${loss.toFixed(6)}`);
}
