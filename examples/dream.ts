/**
 * Deep dreaming: first a network learns digits, then the same step, its parameters held, moves the image instead: a
 * picture of what it takes for each digit. `-- --epochs 2 --steps 200`
 */
import { parseArgs } from 'node:util';
import { from, lastValueFrom, range } from 'rxjs';
import { map } from 'rxjs/operators';
import {
  adam,
  batches,
  dense,
  differentiable,
  dropout,
  evaluate,
  evaluation,
  key,
  learner,
  relu,
  sequential,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { decoupledDecay } from 'paralens/update';
import { multiply, normal, sigmoid, subtract } from 'paralens/operation';
import { isStarted } from './data/direct.js';
import { readMnist } from './data/mnist.js';
import { saveImages } from './data/picture.js';

interface Dream {
  readonly image: Tensor<readonly [10, 784]>;
}
type Logits = Tensor<readonly [number, 10]>;

export const main = async ({ epochs = 2, steps = 200, seed = 1, digits = readMnist() } = {}) => {
  const loss = sparseSoftmaxCrossEntropy();
  const model = sequential(
    dropout<readonly [number, 784]>(0.2),
    dense(784, 256),
    relu(),
    dropout(0.5),
    dense(256, 10),
  );
  const waking = learner({ model, loss, update: adam() });
  const data = batches(digits.training, { size: 128, shuffle: key(seed), epochs });
  const { state } = await lastValueFrom(from(data).pipe(train(waking, { key: key(seed) })));

  // The same network the other way around: the image is the parameter, brightness a sigmoid away from it.
  const dreamer = differentiable<Dream, readonly [], Logits>(
    (from_) => ({ image: subtract(multiply(normal(from_, [10, 784]), 0.1), 2) }),
    ({ image }) => evaluation(model, ...state.buffers).run(state.parameters, sigmoid(image))[0],
  );
  const dreaming = learner({
    model: dreamer,
    loss,
    update: decoupledDecay(adam({ learningRate: 0.05 }), 1e-3),
  });
  const labels = tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'int32');
  const nights = range(0, steps).pipe(map(() => ({ input: [] as const, target: labels })));
  const dream = await lastValueFrom(nights.pipe(train(dreaming, { key: key(seed) })));
  const images = evaluate(sigmoid(dream.state.parameters[0].image)).data;
  return { loss: dream.loss, picture: saveImages('dream.png', images, 28, 10) };
};

if (isStarted(import.meta.url)) {
  const { values } = parseArgs({ options: { epochs: { type: 'string' }, steps: { type: 'string' } } });
  const { loss, picture } = await main({
    epochs: Number(values.epochs ?? 2),
    steps: Number(values.steps ?? 200),
  });
  console.log(`loss ${loss.toFixed(4)} of what it takes for the digits 0 to 9: ${picture}`);
}
