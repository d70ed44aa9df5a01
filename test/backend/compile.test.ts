/** `compile`: traced once a signature, the same results as without, and printed stage by stage. */
import { expect, test } from 'vitest';
import { compile, evaluate, scalar, type Tensor, tensor } from 'paralens';
import { print, reference } from 'paralens/program';
import {
  add,
  check,
  exp,
  gradient,
  less,
  multiply,
  reshape,
  sin,
  sum,
  tanh,
  transpose,
} from 'paralens/operation';

test('traces once for each signature', () => {
  let traced = 0;
  const f = compile((x: Tensor) => {
    traced += 1;
    return add(x, 1);
  });
  f(tensor([1, 2]));
  f(tensor([3, 4]));
  expect(traced).toBe(1);
  f(tensor([1, 2, 3]));
  expect(traced).toBe(2);
  expect(evaluate(f(tensor([5, 6]))).data).toEqual(Float32Array.of(6, 7));
  expect(traced).toBe(2);
});

test('keeps a bounded number of signatures', () => {
  let traced = 0;
  const f = compile(
    (x: Tensor) => {
      traced += 1;
      return add(x, 1);
    },
    { backend: reference() },
  );
  for (let size = 0; size < 70; size++) f(tensor(new Float32Array(size), [size]));
  f(tensor(new Float32Array(0), [0]));
  expect(traced).toBe(71);
  f(tensor(new Float32Array(69), [69]));
  expect(traced).toBe(71);
});

test('is bitwise equal to evaluation', () => {
  const f = (x: Tensor, y: Tensor) => [tanh(multiply(x, y)), sum(add(x, y))];
  const [x, y] = [tensor([0.1, 0.7, -3]), tensor([2, -0.3, 0.5])];
  expect(evaluate(compile(f)(x, y))).toEqual(evaluate(f(x, y)));
});

test('is equal to evaluation for a single number, constant or argument', () => {
  const f = (x: Tensor<readonly []>) => exp(sin(x));
  for (let i = 0; i < 50; i++) {
    const x = scalar(Math.fround(0.3 + i * 0.0371));
    expect(evaluate(compile(f)(x))).toEqual(evaluate(f(x)));
  }
});

test('takes expressions and returns data', () => {
  const double = compile((x: Tensor<readonly []>) => add(x, x));
  const result = double(double(multiply(scalar(2), 3)));
  expect(result.node.kind).toBe('constant');
  expect(evaluate(result).data[0]).toBe(24);
});

test('results do not change when it runs again', () => {
  const f = compile((x: Tensor) => add(x, 1));
  const first = f(tensor([1]));
  f(tensor([5]));
  expect(evaluate(first).data[0]).toBe(2);
});

test('prints a gradient as a readable program', () => {
  const cube = (x: Tensor<readonly []>) => multiply(x, multiply(x, x));
  expect(print(gradient(cube), scalar(3))).toBe(`%0 = input 0 : float32 []
%1 = multiply %0 %0 : float32 []
%2 = add %1 %1 : float32 []
%3 = add %2 %1 : float32 []
return %3
`);
});

test('prints each stage', () => {
  const text = compile((x: Tensor) => transpose(transpose(reshape(x, [2, 2]), [1, 0]), [1, 0])).print(
    tensor([1, 2, 3, 4]),
  );
  expect(text).toContain('— traced —');
  expect(text.split('— simplified —')[0]).toContain('transpose');
  expect(text.split('— simplified —')[1]).not.toContain('transpose');
});

test('a tensor kept from inside a trace is refused', () => {
  let kept: Tensor = scalar(0);
  compile((x: Tensor) => {
    kept = add(x, 1);
    return x;
  })(tensor([1]));
  expect(() => evaluate(kept)).toThrow('trace: the tensor belongs to another trace, got argument 0');
});

test('a failed check is the error of the run, with the value', () => {
  const positive = compile((x: Tensor) =>
    check(x, less<readonly [], 'float32'>(0, sum(x)), sum(x), {
      operation: 'positive',
      what: 'a sum that is not positive',
      needed: 'more than 0',
      hint: 'add something',
    }),
  );
  expect(evaluate(positive(tensor([1, 2]))).data).toEqual(Float32Array.of(1, 2));
  expect(() => positive(tensor([1, -2]))).toThrow(
    'positive: a sum that is not positive, got -1, needed more than 0; add something',
  );
});
