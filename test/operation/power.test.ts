/** Powers at the edges are those of PyTorch 2, values and derivatives. */
import { evaluate, type Tensor, tensor, wasm } from 'paralens';
import { reference } from 'paralens/program';
import { divide, gradient, power, reciprocal, square, sum } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const edges = [0, -0, 1, -1, 2, -2, 0.5, -0.5, inf, -inf, nan, 3, -3];

/** As C's pow, which unlike JavaScript's gives 1 for bases of 1 and −1 with infinite exponents, and for 1 with NaN. */
const pow = (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === inf) ? 1 : a ** b);

const pairs = edges.flatMap((a) => edges.map((b) => [a, b] as const));

describe.each([reference(), wasm()])('on $name', (backend) => {
  const numbers = (x: Tensor): readonly number[] => [...evaluate(x, { backend }).data];
  const slopes = (f: (x: Tensor) => Tensor, at: readonly number[]): readonly number[] =>
    numbers(gradient((x: Tensor) => sum(f(x)))(tensor(at)));

  test('every pair of special values has the power of IEEE 754', () => {
    const [bases, exponents] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
    const got = numbers(power(tensor(bases), tensor(exponents)));
    for (const [i, [a, b]] of pairs.entries()) expect(got[i], `${a} ** ${b}`).toBe(Math.fround(pow(a, b)));
  });

  test.each(edges)('the number %d as exponent gives the same as a tensor', (b) => {
    const finite = edges.filter((a) => Math.abs(a) !== inf || b !== 0.5);
    const got = numbers(power(tensor(finite), b));
    for (const [i, a] of finite.entries()) {
      const wanted = Math.fround(pow(a, b));
      // Of 0.5 it is the square root, whose −0 is −0, as in PyTorch.
      if (b === 0.5) expect(got[i]).toBe(Math.sqrt(Math.fround(a)) === 0 ? a : Math.fround(Math.sqrt(a)));
      else expect(got[i], `${a} ** ${b}`).toBe(wanted);
    }
  });

  test('no digits are lost for large powers', () => {
    const bases = [1.0001, 3.7, 0.9, 12.5];
    const exponents = [8e5, 60, 700, 34];
    const got = numbers(power(tensor(bases), tensor(exponents)));
    for (const [i, a] of bases.entries())
      expect(got[i]).toBe(Math.fround(Math.fround(a) ** (exponents[i] ?? nan)));
  });

  test('the derivative in the base', () => {
    expect(slopes((x) => power(x, 2), [0, -3, 2])).toEqual([0, -6, 4]);
    expect(slopes((x) => power(x, 3), [0, -3, 2])).toEqual([0, 27, 12]);
    expect(slopes((x) => power(x, 0), [0, -3, nan])).toEqual([0, 0, 0]);
    expect(slopes((x) => power(x, 1), [0, -3, inf])).toEqual([1, 1, 1]);
    expect(slopes((x) => power(x, 0.5), [0, 4, -1])).toEqual([inf, 0.25, nan]);
    expect(slopes((x) => power(x, 1.5), [0, 4, -1])).toEqual([0, 3, nan]);
    expect(slopes((x) => power(x, -1), [0, -2])).toEqual([-inf, -0.25]);
    expect(slopes((x) => power(x, -2), [0, -2])).toEqual([-inf, 0.25]);
    // 1/x² is no float32 on the way to −2/x³
    const [steep = nan] = slopes((x) => power(x, -2), [1e-12]);
    expect(steep / -2e36).toBeCloseTo(1, 5);
    const exponents = tensor([0, 0, 1, 2, 2, 3]);
    const bases = [0, -3, 0, 0, -3, 2];
    expect(slopes((x) => power(x, exponents as Tensor<never>), bases)).toEqual([0, -0, 1, 0, -6, 12]);
  });

  test('the derivative in the exponent', () => {
    const of = (base: number, at: readonly number[]) => slopes((b) => power(base, b), at);
    expect(of(0, [0, 1, 2])).toEqual([0, 0, 0]);
    expect(of(0, [-1])).toEqual([-inf]);
    expect(of(-2, [2])).toEqual([nan]);
    expect(of(1, [0, 3])).toEqual([0, 0]);
    expect(of(2, [3])[0]).toBeCloseTo(8 * Math.LN2, 5);
  });

  test('the second derivative at 0', () => {
    const second = (f: (x: Tensor) => Tensor, at: readonly number[]) =>
      slopes((x) => gradient((y: Tensor) => sum(f(y)))(x), at);
    expect(second((x) => power(x, 2), [0, 3])).toEqual([2, 2]);
    expect(second((x) => power(x, 3), [0, 3])).toEqual([0, 18]);
    expect(second((x) => power(x, tensor([3, 3]) as Tensor<never>), [0, 3])).toEqual([0, 18]);
    expect(second((x) => square(x), [0, 3])).toEqual([2, 2]);
  });

  test('reciprocal at 0 and at infinities', () => {
    expect(numbers(reciprocal(tensor([0, -0, inf, -inf, nan])))).toEqual([inf, -inf, 0, -0, nan]);
    expect(slopes(reciprocal, [0, 2, inf])).toEqual([-inf, -0.25, -0]);
  });
});

test('integers are refused: divide and multiply are for them', () => {
  const two = tensor([2], 'int32');
  // @ts-expect-error a power of integers
  expect(() => power(two, 2)).toThrow('power: the dtype is wrong, got int32, needed float32 or float64');
  // @ts-expect-error a power of integers
  expect(() => power(2, two)).toThrow('power: the dtype is wrong, got int32');
  // @ts-expect-error 1/x of integers
  expect(() => reciprocal(two)).toThrow('reciprocal: the dtype is wrong, got int32');
  expect([...evaluate(divide(square(two), 3)).data]).toEqual([1]);
});
