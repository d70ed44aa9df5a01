/** Derivatives: what they say of mistakes, to the letter, and cases that the laws don't draw. */
import { evaluate, scalar, type Tensor, tensor } from 'paralens';
import {
  add,
  cast,
  gradient,
  hessianVectorProduct,
  multiply,
  pullback,
  pushforward,
  stopGradient,
  sum,
  valueAndGradient,
  withPullback,
} from 'paralens/operation';
import { describe, expect, test } from 'vitest';

type Row = Tensor<readonly [2]>;
const x: Row = tensor([1, 2], [2]);

describe('a gradient', () => {
  test('of a result that is not a single float is refused', () => {
    expect(() => gradient((a: Row) => a as never)(x)).toThrow(
      'gradient: the function must return a single float, got float32 [2], needed float32 [] or float64 []; take the mean or the sum of the result',
    );
  });

  test('of an integer is refused', () => {
    expect(() => valueAndGradient((a: Row) => cast(sum(a), 'int32') as never)(x)).toThrow('got int32 []');
  });

  test('of a constant is zero', () => {
    expect([...evaluate(gradient((a: Row) => sum(stopGradient(a)))(x)).data]).toEqual([0, 0]);
    expect([...evaluate(gradient<Row>(() => scalar(3))(x)).data]).toEqual([0, 0]);
  });
});

describe('a cotangent', () => {
  const [, back] = pullback((a: Row) => [a, multiply(a, a)] as const)(x);

  test('of another structure is refused', () => {
    expect(() => back([x] as never)).toThrow(
      'pullback: the cotangent has another structure than the result, got 1 leaves, needed 2, like the result',
    );
    expect(() => back([x, x, x] as never)).toThrow('got 3 leaves, needed 2');
  });

  test('of another shape or dtype is refused', () => {
    expect(() => back([x, tensor([1, 2, 3])] as never)).toThrow(
      'pullback: the cotangent has another shape or dtype than the result, got float32 [3], needed float32 [2]',
    );
    expect(() => back([tensor([1, 2], 'int32'), x] as never)).toThrow(
      'pullback: the cotangent has another shape or dtype than the result, got int32 [2], needed float32 [2]',
    );
    expect(() => pushforward((a: Row) => a)(x, tensor([1]) as never)).toThrow(
      'pushforward: the tangent has another shape or dtype than the argument, got float32 [1], needed float32 [2]',
    );
    expect(() => pushforward((a: Row) => a)(x, [x, x] as never)).toThrow(
      'pushforward: the tangent has another structure than the argument, got 2 leaves, needed 1, like the argument',
    );
  });
});

test('a result that does not depend on the argument has the derivative zero', () => {
  const [, tangent] = pushforward((a: Row) => [stopGradient(a), cast(a, 'int32')] as const)(x, x);
  expect(tangent.map((each) => [...evaluate<Tensor>(each as Tensor).data])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test('nested derivatives do not confuse variables', () => {
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

test('a custom rule gets the cotangents of all parts of its result', () => {
  const both = withPullback(
    (a: Row) => [multiply(a, 2), multiply(a, 3)] as const,
    () =>
      ([first, second]) =>
        add(multiply(first, 2), multiply(second, 3)),
  );
  const [, back] = pullback(both)(x);
  expect([...evaluate(back([tensor([1, 10], [2]), tensor([100, 1000], [2])])).data]).toEqual([302, 3020]);
});

test('a custom rule is called once for all of its arguments', () => {
  let asked = 0;
  const product = withPullback(
    ([a, b, c]: readonly [Row, Row, Row]) => multiply(multiply(a, b), c),
    ([a, b, c]) =>
      (dy) => {
        asked++;
        return [
          multiply(dy, multiply(b, c)),
          multiply(dy, multiply(a, c)),
          multiply(dy, multiply(a, b)),
        ] as const;
      },
  );
  const [, back] = pullback(product)([x, x, x]);
  expect([...evaluate(back(x)[2]).data]).toEqual([1, 8]);
  expect(asked).toBe(1);
});

test('a constant argument does not change the gradient of the others', () => {
  // x·stop(x) ⇒ x, in either order
  const slope = (f: (a: Row) => Row): readonly number[] => [
    ...evaluate(gradient((a: Row) => sum(f(a)))(x)).data,
  ];
  expect(slope((a) => multiply(a, stopGradient(a)))).toEqual([1, 2]);
  expect(slope((a) => multiply(stopGradient(a), a))).toEqual([1, 2]);
  expect(slope((a) => multiply(add(a, a), stopGradient(add(a, a))))).toEqual([4, 8]);
});

test('integers in an argument have zero cotangents and tangents', () => {
  const pair = [x, tensor([3, 4], 'int32')] as const;
  const f = ([a, n]: readonly [Row, Tensor<readonly [2], 'int32'>]) =>
    [multiply(a, cast(n, 'float32')), n] as const;
  const [, back] = pullback(f)(pair);
  const [da, dn] = back([tensor([1, 1], [2]), tensor([9, 9], 'int32')]);
  expect([...evaluate(da).data]).toEqual([3, 4]);
  expect([...evaluate(dn).data]).toEqual([0, 0]);
  const [, [tangent]] = pushforward(f)(pair, [x, tensor([9, 9], 'int32')]);
  expect([...evaluate(tangent).data]).toEqual([3, 8]);
});

test('a custom forward rule for some of its arguments', () => {
  const product = withPullback(
    ([a, b]: readonly [Row, Row]) => multiply(a, b),
    ([a, b]) =>
      (dy) =>
        [multiply(dy, b), multiply(dy, a)] as const,
  );
  const fixed = tensor([5, 7], [2]);
  expect([...evaluate(pushforward((a: Row) => product([a, fixed]))(x, x)[1]).data]).toEqual([5, 14]);
  expect([...evaluate(pushforward((a: Row) => product([fixed, a]))(x, x)[1]).data]).toEqual([5, 14]);
});
