/** Values and derivatives at the edges: bounds, zeros, NaN and infinities, as in PyTorch. */
import { evaluate, type Tensor, tensor, wasm } from 'paralens';
import { reference } from 'paralens/program';
import { gradient } from 'paralens/operation';
import * as operation from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe.each([reference(), wasm()])('on $name', (backend) => {
  const numbers = (x: Tensor<readonly number[], 'float32' | 'int32' | 'bool'>): readonly number[] => [
    ...evaluate(x, { backend }).data,
  ];
  const slopes = (f: (x: Tensor) => Tensor, at: readonly number[]): readonly number[] =>
    numbers(gradient((x: Tensor) => operation.sum(f(x)))(tensor(at)));

  test('clip has the derivative 1 at both bounds and 0 outside; NaN stays NaN', () => {
    const clipped = (x: Tensor): Tensor => operation.clip(x, -1, 2);
    expect(numbers(clipped(tensor([-inf, -1, 0, 2, 3, nan])))).toEqual([-1, -1, 0, 2, 2, nan]);
    expect(slopes(clipped, [-inf, -1, 0, 2, 3, nan])).toEqual([0, 1, 1, 1, 0, 0]);
    expect(numbers(operation.clip(tensor([-5, 5]), 0, inf))).toEqual([0, 5]);
    expect(numbers(operation.clip(tensor([-5, 5], 'int32'), 0, 3))).toEqual([0, 3]);
    expect(() => operation.clip(tensor([1]), 2, 1)).toThrow('clip: `high` must be in [2, ∞], got 1');
  });

  test('the derivative of a product is the product of the others, at zeros too', () => {
    expect(slopes(operation.product, [2, 0, 5])).toEqual([0, 10, 0]);
    expect(slopes(operation.product, [2, 0, 0])).toEqual([0, 0, 0]);
    expect(slopes(operation.product, [2, 3, 5, 7, 11])).toEqual([1155, 770, 462, 330, 210]);
    expect(numbers(operation.product(tensor([inf, 0])))).toEqual([nan]);
    expect(numbers(operation.product(tensor([2, nan])))).toEqual([nan]);
    expect(numbers(operation.product(tensor(Float32Array.of(), [2, 0]), [1]))).toEqual([1, 1]);
    expect(numbers(operation.product(tensor([65_536, 65_537], 'int32')))).toEqual([65_536]);
  });

  test('the derivative of a norm is 0 at 0, and does not overflow', () => {
    expect(slopes(operation.norm, [0, 0])).toEqual([0, 0]);
    const second = (x: Tensor): Tensor => gradient((y: Tensor) => operation.norm(y))(x);
    expect(slopes(second, [0, 0])).toEqual([0, 0]);
    for (const size of [2 ** 100, 1, 2 ** -100]) {
      expect(numbers(operation.norm(tensor([3 * size, 4 * size])))[0]).toBe(5 * size);
      const [a = nan, b = nan] = slopes(operation.norm, [3 * size, 4 * size]);
      expect([a, b]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
    }
    expect(
      numbers(
        operation.norm(
          tensor([
            [nan, 1],
            [-inf, 1],
            [0, 0],
          ]),
          [1],
        ),
      ),
    ).toEqual([nan, inf, 0]);
  });

  test('cumulative sums: a non-finite element affects only later elements', () => {
    expect(numbers(operation.cumsum(tensor([1, inf, 2, -inf, 3])))).toEqual([1, inf, inf, nan, nan]);
    expect(numbers(operation.cumsum(tensor([-0, nan, 1])))).toEqual([-0, nan, nan]);
    expect(
      numbers(
        operation.cumsum(
          tensor([
            [1, 2],
            [3, 4],
            [5, 6],
          ]),
          0,
        ),
      ),
    ).toEqual([1, 2, 4, 6, 9, 12]);
    expect(slopes((x) => operation.cumsum(x), [1, 2, 3, 4, 5])).toEqual([5, 4, 3, 2, 1]);
    expect(numbers(operation.cumsum(tensor([2 ** 31 - 1, 1], 'int32')))).toEqual([2 ** 31 - 1, -(2 ** 31)]);
    const ones = numbers(operation.cumsum(operation.full([1000], 1)));
    expect(ones).toEqual(ones.map((_, i) => i + 1));
  });

  test('comparisons with NaN are false, except notEqual', () => {
    const [a, b] = [tensor([1, 2, nan, nan]), tensor([2, 2, 1, nan])];
    expect(numbers(operation.greater(b, a))).toEqual([1, 0, 0, 0]);
    expect(numbers(operation.greaterOrEqual(b, a))).toEqual([1, 1, 0, 0]);
    expect(numbers(operation.notEqual(a, b))).toEqual([1, 0, 1, 1]);
  });

  test('argmin is the index of the first NaN, or of the first minimum', () => {
    const rows = tensor([
      [3, 1, 1],
      [2, nan, nan],
      [inf, inf, inf],
      [0, -0, 1],
    ]);
    expect(numbers(operation.argmin(rows))).toEqual([1, 1, 0, 0]);
    const whole = [0, -(2 ** 31), 2 ** 31 - 1];
    expect(numbers(operation.argmin(tensor(whole, 'int32')))).toEqual([1]);
  });

  test('all and any of no elements', () => {
    const none = tensor(Float32Array.of(), [2, 0], 'bool');
    expect(numbers(operation.all(none, [1]))).toEqual([1, 1]);
    expect(numbers(operation.any(none, [1]))).toEqual([0, 0]);
  });

  test('an index out of range is refused by oneHot', () => {
    const hot = operation.oneHot(tensor([2, 0], 'int32'), 3, 'int32');
    expect(numbers(hot)).toEqual([0, 0, 1, 1, 0, 0]);
    expect(() => numbers(operation.oneHot(tensor([1, 3], 'int32'), 3))).toThrow(
      'oneHot: an index is out of range, got 3, needed 0 to 2',
    );
  });
});

test('an axis out of range is refused with the range', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  for (const use of [
    () => operation.sum(x, [2]),
    () => operation.concat([x, x], -3),
    () => operation.take(x, tensor([0], 'int32'), 2),
    () => operation.iota([2, 2], 2),
    () => operation.reverse(x, [2]),
    () => operation.transpose(x, [0, -3]),
    () => operation.unstack(x, 2),
    () => operation.cumsum(x, -3),
  ])
    expect(use).toThrow(/no axis -?\d, got \[2, 2\], needed an axis from -2 to 1/);
  expect(() => operation.expandDims(x, 3)).toThrow('got [2, 2], needed an axis from -3 to 2');
  expect(() => operation.squeeze(x, [0])).toThrow(
    'axis 0 is not of size 1, got [2, 2], needed axes of size 1',
  );
  expect(() => operation.sum(tensor(1), [0])).toThrow('needed at least one axis');
});

test('the size that -1 stands for', () => {
  const x = operation.full([2, 6], 1);
  expect(operation.reshape(x, [-1, 4]).shape).toEqual([3, 4]);
  expect(() => operation.reshape(x, [-1, 5])).toThrow(
    'reshape: -1 has no possible size in [-1, 5], got 12 elements, needed a multiple of 5',
  );
  expect(() => operation.reshape(x, [-1, -1])).toThrow('the shape has more than one -1');
  expect(() => operation.reshape(operation.full([0, 2], 1), [0, -1])).toThrow('-1 has no possible size');
});

test('each operation names itself', () => {
  const [bools, whole, none] = [tensor([1], 'bool'), tensor([1], 'int32'), operation.full([2, 0], 1)];
  // What JavaScript may hand in: the types would refuse it.
  const floats = tensor([1]) as Tensor<never, never>;
  expect(() => operation.greater(bools, bools)).toThrow('greater: the dtype is wrong, got bool');
  expect(() => operation.greaterOrEqual(whole, floats)).toThrow('greaterOrEqual: the dtypes differ');
  expect(() => operation.notEqual(whole, floats)).toThrow('notEqual: the dtypes differ');
  expect(() => operation.power(tensor([1], 'float64'), floats)).toThrow('power: the dtypes differ');
  expect(() => operation.square(bools)).toThrow('square: the dtype is wrong, got bool');
  expect(() => operation.clip(bools, 0, 1)).toThrow('clip: the dtype is wrong, got bool');
  expect(() => operation.clip(whole, 0.5, 1)).toThrow('clip: int32 cannot represent the number, got 0.5');
  expect(() => operation.min(bools)).toThrow('min: the dtype is wrong, got bool');
  expect(() => operation.argmin(bools)).toThrow('argmin: the dtype is wrong, got bool');
  expect(() => operation.argmin(none)).toThrow('argmin: there are no elements, got [2, 0] over axes [1]');
  expect(() => operation.min(none, [1])).toThrow('min: there are no elements');
});
