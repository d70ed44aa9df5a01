/** What derivatives say of mistakes, to the letter; what they compute is under the laws. */
import {
  gradient,
  hessianVectorProduct,
  evaluate,
  pullback,
  pushforward,
  scalar,
  tensor,
  type Tensor,
  valueAndGradient,
  withPullback,
} from 'paralens';
import { add, cast, multiply, stopGradient, sum } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

type Row = Tensor<readonly [2]>;
const x: Row = tensor([1, 2], [2]);

describe('a gradient', () => {
  test('of more than a single float is refused', () => {
    expect(() => gradient((a: Row) => a as never)(x)).toThrow(
      'gradient: the function does not return a single float, got float32 [2], needed float32 [] or float64 []; take the mean or the sum of the result',
    );
  });

  test('of a whole number is refused', () => {
    expect(() => valueAndGradient((a: Row) => cast(sum(a), 'int32') as never)(x)).toThrow('got int32 []');
  });

  test('of something constant is zero', () => {
    expect([...evaluate(gradient((a: Row) => sum(stopGradient(a)))(x)).data]).toEqual([0, 0]);
    expect([...evaluate(gradient<Row>(() => scalar(3))(x)).data]).toEqual([0, 0]);
  });
});

describe('a cotangent', () => {
  const [, back] = pullback((a: Row) => [a, multiply(a, a)] as const)(x);

  test('of another structure is refused', () => {
    expect(() => back([x] as never)).toThrow(
      'pullback: a cotangent of another structure, got 1 leaves, needed 2, like the result',
    );
    expect(() => back([x, x, x] as never)).toThrow('got 3 leaves, needed 2');
  });

  test('of another shape or dtype is refused', () => {
    expect(() => back([x, tensor([1, 2, 3])] as never)).toThrow(
      'pullback: a cotangent unlike its result, got float32 [3], needed float32 [2]',
    );
    expect(() => back([tensor([1, 2], 'int32'), x] as never)).toThrow(
      'pullback: a cotangent unlike its result, got int32 [2], needed float32 [2]',
    );
  });
});

test('what does not depend on the argument has a derivative of zeros', () => {
  const [, tangent] = pushforward((a: Row) => [stopGradient(a), cast(a, 'int32')] as const)(x, x);
  expect(tangent.map((each) => [...evaluate<Tensor>(each as Tensor).data])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test('a derivative inside a derivative confuses no variable', () => {
  // d/dx (x · d/dy (x·y)) = d/dx x² = 2x, where y is held at 1
  const nested = gradient((a: Tensor<readonly []>) =>
    multiply(a, gradient((b: Tensor<readonly []>) => multiply(a, b))(scalar(1))),
  );
  expect([...evaluate(nested(scalar(5))).data]).toEqual([10]);
});

test('the Hessian of x³ times v is 6x·v', () => {
  const cube = (a: Tensor<readonly []>): Tensor<readonly []> => multiply(a, multiply(a, a));
  expect([...evaluate(hessianVectorProduct(cube)(scalar(2), scalar(0.5))).data]).toEqual([6]);
});

test('a rule of one’s own gets the cotangents of all parts of its result', () => {
  const both = withPullback(
    (a: Row) => [multiply(a, 2), multiply(a, 3)] as const,
    () =>
      ([first, second]) =>
        add(multiply(first, 2), multiply(second, 3)),
  );
  const [, back] = pullback(both)(x);
  expect([...evaluate(back([tensor([1, 10], [2]), tensor([100, 1000], [2])])).data]).toEqual([302, 3020]);
});
