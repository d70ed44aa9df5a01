/** A model in which everything is at once: a layer of one example, a loop and carried state behind checkpoints. */
import {
  adam,
  batched,
  batchNormalization,
  dense,
  dropout,
  gruCell,
  learner,
  meanSquaredError,
  named,
  recurrent,
  rematerialize,
  reshape,
  sequential,
  tanh,
} from 'paralens';
import { withHyperparameters } from 'paralens/update';
import { checkLearner, checkPara } from 'paralens/laws';
import { test } from 'vitest';
import { compiledBackends } from '../laws/subject/backends.js';

const ofExample = sequential(dense<3, 4, readonly []>(3, 4), tanh<readonly [4]>());

const model = sequential(
  dense(2, 3),
  rematerialize(sequential(batched(ofExample), dropout(0.25), batchNormalization(4))),
  reshape([2, 2]),
  rematerialize(recurrent(gruCell(2, 3), { scan: true })),
  named('head', dense(3, 1)),
);

test('its backward is the derivative of its forward, to the second order and on every backend', () => {
  checkPara(model, { input: { shape: [3, 2] } }, { name: 'all together', runs: 3 });
});

test('training is a fold of its step, and resumes bitwise', () => {
  const all = learner({
    model,
    loss: meanSquaredError<readonly [number, number]>(),
    update: withHyperparameters(0.05, (learningRate) => adam({ learningRate })),
  });
  const shapes = { input: { shape: [4, 2] }, target: { shape: [4, 1] } } as const;
  // A batch is no set of examples to batch normalization.
  checkLearner(all, shapes, { name: 'all together', runs: 1, examples: false, backends: compiledBackends });
});
