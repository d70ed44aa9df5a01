/** What updates refuse. What they do is under the laws: `test/laws/updates.test.ts`. */
import { expect, test } from 'vitest';
import { sgd, tensor, type Tensor } from 'paralens';

test('a learning rate that is none is refused', () => {
  expect(() => sgd({ learningRate: -1 })).toThrow(
    'learning rate: no rate, got -1, needed a number ≥ 0, or a schedule',
  );
  expect(() => sgd({ learningRate: Number.POSITIVE_INFINITY })).toThrow('got Infinity');
  expect(() => sgd({ learningRate: Number.NaN })).toThrow('learning rate: no rate, got NaN');
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
