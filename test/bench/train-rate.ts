/** Steps a second of a tiny model through `train`, with a subscriber that reads the loss. */
import {
  type Backend,
  dense,
  key,
  learner,
  relu,
  sequential,
  sgd,
  sparseSoftmaxCrossEntropy,
  tensor,
  train,
} from 'paralens';
import { from } from 'rxjs';
import { type Figure, figureOf, median, timesOf } from './measure.js';

const STEPS = 20_000;

export const trainRate = (backend: Backend): readonly Figure[] => {
  const model = sequential(dense(4, 16), relu(), dense(16, 3));
  const subject = learner({ model, loss: sparseSoftmaxCrossEntropy(), update: sgd() });
  const batch = { input: tensor([[1, 2, 3, 4]]), target: tensor([1], 'int32') };
  const stream = from(Array.from({ length: STEPS }, () => batch));
  let total = 0;
  const run = (): void =>
    void stream.pipe(train(subject, { key: key(1), backend })).subscribe(({ loss }) => (total += loss));
  const ms = median(timesOf(run, 10, 3));
  return [figureOf('tiny step, batch 1, through train', backend)('rate', (1000 * STEPS) / ms, 'steps/s')];
};
