/** The norm of a step's gradient, against the square root of the sum of its squares. */
import { dense, evaluate, key, learner, meanSquaredError, sgd, type Tensor, tensor } from 'paralens';
import { gradient } from 'paralens/operation';
import { expect, test } from 'vitest';

test('a learner reports the norm of its gradient on request, and takes the same step', () => {
  const model = dense(2, 2);
  const options = { model, loss: meanSquaredError(), update: sgd({ learningRate: 0.1 }) };
  const telling = learner({ ...options, gradientNorm: true });
  const batch = { input: tensor([[1, 2], [3, -4]]), target: tensor([[0, 1], [5, 2]]) }; // prettier-ignore
  const state = telling.init(key(1));
  const [next, { metrics }] = telling.step(state, batch);
  const [without, { metrics: none }] = learner(options).step(state, batch);
  const [{ kernel, bias }] = gradient(
    ([{ kernel: w, bias: b }]: typeof state.parameters) =>
      learner(options).evaluate({ ...state, parameters: [{ kernel: w, bias: b }] }, batch).loss,
  )(state.parameters);
  const squares = [kernel, bias].flatMap((each: Tensor) => [...evaluate(each).data]).map((g) => g * g);
  const norm = metrics['gradientNorm'];
  expect(norm && evaluate(norm).data[0]).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b, 0)), 5);
  expect(none).toEqual({});
  expect(evaluate(next)).toEqual(evaluate(without));
});
