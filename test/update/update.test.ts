/** What updates refuse. What they do is under the laws: `test/laws/updates.test.ts`. */
import { expect, test } from 'vitest';
import { evaluate, scalar, sgd, type Tensor, tensor } from 'paralens';
import {
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  inverseSquareRoot,
  inverseTimeDecay,
  polynomialDecay,
  stepDecay,
  warmUp,
  withHyperparameters,
} from 'paralens/update';

test('an invalid learning rate is refused', () => {
  expect(() => sgd({ learningRate: -1 })).toThrow('sgd: `learningRate` must be in [0, ∞), got -1');
  expect(() => sgd({ learningRate: Number.POSITIVE_INFINITY })).toThrow('got Infinity');
  expect(() => sgd({ learningRate: Number.NaN })).toThrow('sgd: `learningRate` must be in [0, ∞), got NaN');
  expect(() => withHyperparameters(-1, (learningRate) => sgd({ learningRate }))).toThrow(
    'withHyperparameters: `rate` must be in [0, ∞), got -1',
  );
});

test('a schedule over no updates, or by an invalid factor, is refused', () => {
  expect(() => warmUp({ steps: 0, next: 1 })).toThrow('warmUp: `steps` must be a positive integer, got 0');
  expect(() => cosineDecay({ rate: 1, steps: 0 })).toThrow('cosineDecay: `steps` must be in (0, ∞), got 0');
  expect(() => cosineRestarts({ rate: 1, steps: -1 })).toThrow(
    'cosineRestarts: `steps` must be a positive integer, got -1',
  );
  expect(() => polynomialDecay({ rate: 1, steps: Number.NaN })).toThrow(
    'polynomialDecay: `steps` must be in (0, ∞), got NaN',
  );
  expect(() => inverseSquareRoot({ peak: 1, steps: 0 })).toThrow(
    'inverseSquareRoot: `steps` must be in (0, ∞), got 0',
  );
  expect(() => stepDecay({ rate: 1, factor: 0, steps: 3 })).toThrow(
    'stepDecay: `factor` must be in (0, ∞), got 0',
  );
  expect(() => exponentialDecay({ rate: 1, factor: 0.5, steps: 0 })).toThrow(
    'exponentialDecay: `steps` must be in (0, ∞), got 0',
  );
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

test('after more updates than an int32 counts, the count stays and the rate is that of the last', () => {
  const update = sgd({ learningRate: inverseTimeDecay({ rate: 1, steps: 2 ** 20 }) });
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
