import { dense, evaluate, key, reshape, sequential, tensor, type Tensor } from 'paralens';
import { expect, expectTypeOf, test } from 'vitest';

test('a size of -1 follows from the others, and is `number` in the type', () => {
  const layer = reshape([2, -1]);
  const [y] = layer.run([], tensor([[1, 2, 3, 4, 5, 6]]));
  expectTypeOf(y).toEqualTypeOf<Tensor<readonly [number, 2, number]>>();
  expect(evaluate(y)).toMatchObject({ shape: [1, 2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  const model = sequential(dense(3, 4), reshape([2, -1]));
  expect(model.run(model.init(key(1)), tensor([[1, 2, 3]]))[0].shape).toEqual([1, 2, 2]);
});

test('a size of -1 that does not follow is refused', () => {
  expect(() => reshape([-1, 0])).toThrow('reshape: -1 has no possible size in [-1, 0]');
  const layer = reshape([3, -1]);
  expect(() => layer.run([], tensor([[1, 2, 3, 4]]))).toThrow('reshape: -1 has no possible size in [3, -1]');
});
