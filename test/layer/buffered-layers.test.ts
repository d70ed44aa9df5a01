/** Layers with buffers: what batch normalization and dropout hand from step to step, and how they predict. */
import {
  batchNormalization,
  dense,
  dropout,
  evaluate,
  evaluation,
  key,
  learner,
  meanSquaredError,
  relu,
  sequential,
  sgd,
  tensor,
  type Tensor,
} from 'paralens';
import { checkLearner } from 'paralens/laws';
import { full } from 'paralens/operation';
import { expect, test } from 'vitest';

const numbers = (each: Tensor): readonly number[] => [...evaluate(each).data];

test('running statistics average the mean and the unbiased variance of each batch', () => {
  const layer = batchNormalization(2, { momentum: 0.75 });
  const x = tensor([
    [1, 10],
    [3, 10],
    [5, 40],
  ]);
  const [, , running] = layer.run(layer.init(key(0)), x, ...layer.buffers.init(key(0)));
  // Means 3 and 20, variances 4 and 300 divided by n − 1.
  expect(numbers(running.mean)).toEqual([0.25 * 3, 0.25 * 20]);
  expect(numbers(running.variance)).toEqual([0.75 + 0.25 * 4, 0.75 + 0.25 * 300]);
});

test('batch normalization evaluates a single example, but cannot train on one', () => {
  const layer = batchNormalization(1, { epsilon: 1 });
  const p = layer.init(key(0));
  const running = { mean: tensor([2]), variance: tensor([3]) };
  const one = tensor([[6]]);
  expect(numbers(evaluation(layer, running).run(p, one)[0])).toEqual([2]);
  expect(() => layer.run(p, one, running)).toThrow(
    'batchNormalization: too few elements for the statistics of a channel, got [1, 1], needed at least two',
  );
});

test('equal numbers are normalized to the offset, with a finite gradient', () => {
  const layer = batchNormalization(1);
  const [y, back] = layer.run(layer.init(key(0)), full([4, 1], 7), ...layer.buffers.init(key(0)));
  expect(numbers(y)).toEqual([0, 0, 0, 0]);
  expect(numbers(back(y)[1]).every(Number.isFinite)).toBe(true);
});

test('dropout drops about its rate, keeps the mean, and uses the same mask backward', () => {
  const layer = dropout<readonly [number]>(0.25);
  const x = full([10_000], 3);
  const [y, back] = layer.run([], x, ...layer.buffers.init(key(5)));
  const kept = numbers(y).filter((each) => each !== 0);
  // 7500 ± 43 are expected.
  expect(Math.abs(kept.length - 7500)).toBeLessThan(5 * 43);
  expect(new Set(kept)).toEqual(new Set([4]));
  const [, dx] = back(x);
  expect(numbers(dx)).toEqual(numbers(y));
});

test('each step and each layer draws different numbers, and evaluation draws none', () => {
  const model = sequential(dropout<readonly [number]>(0.5), dropout<readonly [number]>(0.5));
  const x = full([64], 1);
  const buffers = model.buffers.init(key(1));
  const [y, , ...next] = model.run([], x, ...buffers);
  const others = model.buffers.init(key(2));
  const drawn = [y, model.run([], x, ...next)[0], model.run([], x, ...others)[0]].map(numbers);
  expect(new Set(drawn.map((each) => each.join())).size).toBe(3);
  const keys = [...buffers, ...next].map((each) => [...evaluate(each.key).data].join());
  expect(new Set(keys).size).toBe(4);
  expect(numbers(evaluation(model, ...buffers).run([], x)[0])).toEqual(numbers(x));
});

test('training with both obeys its laws, resuming from plain numbers among them', () => {
  const model = sequential(dense(2, 4), batchNormalization(4), relu(), dropout(0.5), dense(4, 1));
  checkLearner(
    learner({ model, loss: meanSquaredError(), update: sgd() }),
    { input: { shape: [4, 2] }, target: { shape: [4, 1] } },
    { name: 'normalized', runs: 1, examples: false },
  );
});

test('mistakes throw at once', () => {
  expect(() => dropout(1)).toThrow('dropout: `rate` must be in [0, 1), got 1');
  expect(() => batchNormalization(0)).toThrow(
    'batchNormalization: `channels` must be a positive integer, got 0',
  );
  expect(() => batchNormalization(3, { momentum: 2 })).toThrow(
    'batchNormalization: `momentum` must be in [0, 1), got 2',
  );
});
