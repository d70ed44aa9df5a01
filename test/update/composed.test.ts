/** Updates made of others: which part moves how, what is read of an average, and what is refused. */
import {
  batchNormalization,
  chain,
  clipByGlobalNorm,
  dense,
  evaluate,
  key,
  learner,
  meanSquaredError,
  named,
  sequential,
  sgd,
  type Tensor,
  tensor,
  type Update,
} from 'paralens';
import {
  accumulateGradients,
  addDecayedWeights,
  averageOf,
  clipByValue,
  frozen,
  lookahead,
  movingAverage,
  partition,
} from 'paralens/update';
import { expect, test } from 'vitest';

const numbers = (each: Tensor): readonly number[] => [...evaluate(each).data];

const model = sequential(named('encoder', dense(2, 2)), named('decoder', dense(2, 1)));
const batch = { input: tensor([[1, 2]]), target: tensor([[3]]) };

test('each part has its own update, and frozen parts keep every bit', () => {
  const update = partition({ encoder: sgd({ learningRate: 0.5 }) }, frozen);
  const learning = learner({ model, loss: meanSquaredError(), update });
  const state = learning.init(key(1));
  const [after] = learning.step(state, batch);
  const whole = learner({ model, loss: meanSquaredError(), update: sgd({ learningRate: 0.5 }) });
  const [everything] = whole.step(whole.init(key(1)), batch);
  const [[{ encoder }, { decoder }], [{ encoder: moved }]] = [after.parameters, everything.parameters];
  expect(numbers(encoder[0].kernel)).toEqual(numbers(moved[0].kernel));
  expect(numbers(decoder[0].kernel)).toEqual(numbers(state.parameters[1].decoder[0].kernel));
});

test('an unknown part is refused with the known names', () => {
  const update = partition({ encodr: sgd() }, frozen);
  expect(() => update.init(model.init(key(1)))).toThrow(
    "partition: no part has this name, got 'encodr', needed a name in the path of a parameter; there are 0.encoder.0.bias",
  );
  const nested = sequential(named('a', named('b', dense(1, 1))));
  expect(() => partition({ a: sgd(), b: sgd() }, frozen).init(nested.init(key(1)))).toThrow(
    'partition: a parameter belongs to two parts, got 0.a.0.b.0.bias in a and b',
  );
});

test('the average of parameters is read off the state', () => {
  const learning = learner({
    model: dense(1, 1),
    loss: meanSquaredError(),
    update: movingAverage(sgd({ learningRate: 0.25 }), 0.5),
  });
  const state = {
    ...learning.init(key(1)),
    parameters: [{ kernel: tensor([[0]]), bias: tensor([0]) }] as const,
  };
  const started = {
    ...state,
    optimizer: movingAverage(sgd({ learningRate: 0.25 }), 0.5).init(state.parameters),
  };
  const [after] = learning.step(started, { input: tensor([[1]]), target: tensor([[2]]) });
  expect(numbers(after.parameters[0].bias)).toEqual([1]);
  expect(numbers(averageOf(after.optimizer)[0].bias)).toEqual([0.5]);
  expect(() => averageOf(sgd().init(state.parameters))).toThrow('averageOf: the state has no moving average');
});

test('buffers are independent of wrapped updates', () => {
  const normalized = sequential(dense(2, 2), batchNormalization(2), dense(2, 1));
  const update = lookahead(accumulateGradients(movingAverage(sgd(), 0.9), 2));
  const learning = learner({ model: normalized, loss: meanSquaredError(), update });
  const two = {
    input: tensor([
      [1, 2],
      [3, 5],
    ]),
    target: tensor([[3], [4]]),
  };
  const [state] = learning.step(learning.init(key(1)), two);
  expect(numbers(state.buffers[0].mean)).not.toEqual([0, 0]);
});

test('the lenses of a chain apply to gradients in the listed order', () => {
  /** The number 4 after a step against a gradient of 10. */
  const after = (update: Update): number => {
    const parameters = { p: tensor([4]) };
    const [, back] = update.lens<typeof parameters>().run([update.init(parameters), parameters]);
    const [, moved] = back({ p: tensor([10]) });
    return numbers(moved.p)[0] ?? Number.NaN;
  };
  const [clip, decay, descend] = [clipByValue(1), addDecayedWeights(0.5), sgd({ learningRate: 1 })] as const;
  expect(after(chain(clip, decay, descend))).toBe(4 - (1 + 2));
  expect(after(chain(decay, clip, descend))).toBe(4 - 1);
});

test('invalid numbers are refused', () => {
  expect(() => clipByGlobalNorm(0)).toThrow('clipByGlobalNorm: `limit` must be in (0, ∞], got 0');
  expect(() => accumulateGradients(sgd(), 1.5)).toThrow(
    'accumulateGradients: `steps` must be a positive integer, got 1.5',
  );
  expect(() => movingAverage(sgd(), 1)).toThrow('movingAverage: `smoothing` must be in [0, 1), got 1');
});
