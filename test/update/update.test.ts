/** What updates refuse. What they do is under the laws: `test/laws/updates.test.ts`. */
import { expect, test } from 'vitest';
import {
  cosineDecay,
  cosineRestarts,
  evaluate,
  exponentialDecay,
  inverseSquareRoot,
  inverseTimeDecay,
  polynomialDecay,
  scalar,
  sgd,
  stepDecay,
  type Tensor,
  tensor,
  warmUp,
  withHyperparameters,
} from 'paralens';

test('an invalid learning rate is refused', () => {
  expect(() => sgd({ learningRate: -1 })).toThrow('sgd: `learningRate` must be in [0, ∞), got -1');
  expect(() => sgd({ learningRate: Number.POSITIVE_INFINITY })).toThrow('got Infinity');
  expect(() => sgd({ learningRate: Number.NaN })).toThrow('sgd: `learningRate` must be in [0, ∞), got NaN');
  expect(() => withHyperparameters(-1, (learningRate) => sgd({ learningRate }))).toThrow(
    'withHyperparameters: `rate` must be in [0, ∞), got -1',
  );
});

test('a schedule over 0 updates, or with an invalid factor, is refused', () => {
  expect(() => warmUp(0, 1)).toThrow('warmUp: `over` must be a positive integer, got 0');
  expect(() => cosineDecay(1, 0)).toThrow('cosineDecay: `over` must be in (0, ∞), got 0');
  expect(() => cosineRestarts(1, -1)).toThrow('cosineRestarts: `every` must be a positive integer, got -1');
  expect(() => polynomialDecay(1, Number.NaN)).toThrow('polynomialDecay: `over` must be in (0, ∞), got NaN');
  expect(() => inverseSquareRoot(1, 0)).toThrow('inverseSquareRoot: `over` must be in (0, ∞), got 0');
  expect(() => stepDecay(1, 0, 3)).toThrow('stepDecay: `factor` must be in (0, ∞), got 0');
  expect(() => exponentialDecay(1, 0.5, 0)).toThrow('exponentialDecay: `every` must be in (0, ∞), got 0');
});

test('a gradient of another structure is refused', () => {
  type P = { readonly [name: string]: Tensor };
  const p: P = { weight: tensor([1]), bias: tensor([2]) };
  const [, back] = sgd()
    .lens<P>()
    .run([sgd().init(p), p]);
  expect(() => back({ weight: tensor([1]) })).toThrow(
    'update: the gradient has another structure than the parameters, got {"weight":*}, needed {"bias":*,"weight":*}',
  );
});

test('after 2³¹ − 1 updates the count stays, and the rate is the last one', () => {
  const update = sgd({ learningRate: inverseTimeDecay(1, 2 ** 20) });
  const parameters = [{ x: tensor([1]) }] as const;
  const late = { ...update.init(parameters), count: scalar(2 ** 31 - 2, 'int32') };
  const [, move] = update.lens<typeof parameters>().run([late, parameters]);
  const [next] = move(parameters);
  const [, moveAgain] = update.lens<typeof parameters>().run([next, parameters]);
  const [after, [{ x }]] = moveAgain(parameters);
  expect([...evaluate([next.count, after.count])].map(({ data }) => data[0])).toEqual([
    2 ** 31 - 1,
    2 ** 31 - 1,
  ]);
  expect(evaluate(x).data[0]).toBeLessThan(1);
});
