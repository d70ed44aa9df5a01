/** Sums of many numbers: the error is a rounding of the result, or a stated multiple of it, however many there are. */
import { compile, evaluate, type Tensor, tensor, wasm } from 'paralens';
import { reference } from 'paralens/program';
import { contract, full, gradient, mean, scatterAdd, sum, take } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const N = 10 ** 6;
const U = 2 ** -24;

const backends = [reference(), wasm(), wasm({ threads: 2 })];
const x = tensor(new Float32Array(N).fill(0.1), [N]);
const exact = N * Math.fround(0.1);
const zeros = tensor(new Int32Array(N), [N], 'int32');

const relative = (got: number | undefined, needed: number): number =>
  Math.abs((got ?? Number.NaN) - needed) / needed;

describe.each(backends)('10⁶ × 0.1 on $name, threads: $threads', (backend) => {
  test('sum and mean within a rounding', () => {
    expect(relative(evaluate(compile((a: Tensor) => sum(a), { backend })(x)).data[0], exact)).toBeLessThan(U);
    expect(
      relative(evaluate(compile((a: Tensor) => mean(a), { backend })(x)).data[0], exact / N),
    ).toBeLessThan(2 * U);
  });

  test('scatterAdd within a rounding, also of rows', () => {
    const run = compile((i: Tensor<readonly number[], 'int32'>, a: Tensor) => scatterAdd(i, a, 0, 3), {
      backend,
    });
    expect(relative(evaluate(run(zeros, x)).data[0], exact)).toBeLessThan(U);
    const rows = tensor(new Float32Array(4 * 10 ** 5).fill(0.1), [10 ** 5, 4]);
    const some = tensor(
      Int32Array.from({ length: 10 ** 5 }, (_, i) => i % 2),
      [10 ** 5],
      'int32',
    );
    const { data } = evaluate(run(some, rows));
    for (let i = 0; i < 8; i++) expect(relative(data[i], 5e4 * Math.fround(0.1))).toBeLessThan(U);
    expect([...data.subarray(8)]).toEqual([0, 0, 0, 0]);
  });

  test('the gradient of a row that is used often', () => {
    const table = full([2, 3], 0.1);
    const run = compile(
      (i: Tensor<readonly number[], 'int32'>) => gradient((t: Tensor) => sum(take(t, i, 0)))(table as Tensor),
      { backend },
    );
    expect([...evaluate(run(zeros)).data]).toEqual([N, N, N, 0, 0, 0]);
  });

  test('contractions', () => {
    const dot = compile((a: Tensor) => contract(a, a, 'i,i->'), { backend });
    expect(relative(evaluate(dot(x)).data[0], N * Math.fround(0.1) ** 2)).toBeLessThan(3 * U);
    const product = compile((a: Tensor, b: Tensor) => contract(a, b, 'ki,kj->ij'), { backend });
    const rows = tensor(new Float32Array(8 * 10 ** 5).fill(0.1), [10 ** 5, 8]);
    for (const each of evaluate(product(rows, rows)).data)
      expect(relative(each, 1e5 * Math.fround(0.1) ** 2)).toBeLessThan((384 + 10 ** 5 / 384) * U);
  });
});
