/** What a program needs of memory is looked at before it is compiled. */
import { add, matmul, multiply, scan, sum } from '../../src/operation/index.js';
import { differentiable, ParalensError, wasm } from '../../src/index.js';
import { compileChecked, placeholder, traceTensors } from '../../src/program/index.js';
import { located } from '../../src/lens/locate.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { describe, expect, test } from 'vitest';

type Matrix = Tensor<readonly [number, number]>;

const matrix = (size: number): Matrix =>
  placeholder({ shape: [size, size], dtype: 'float32' }, 'x') as Matrix;

const mistakeOf = (f: () => unknown): ParalensError => {
  try {
    f();
  } catch (error) {
    if (error instanceof ParalensError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe.each(
  [wasm(), wasm({ threads: 2, warn: () => undefined })].map((backend) => [backend.threads, backend] as const),
)('on %s threads', (_, backend) => {
  const refusal = (inputs: readonly Matrix[], outputs: readonly Tensor<readonly number[]>[]): string =>
    mistakeOf(() => compileChecked(backend, traceTensors(inputs, outputs))).message;

  test('a plan beyond 4 GiB is refused with its bytes, the limit and the largest tensors', () => {
    const x = matrix(40_000);
    const message = refusal([x], [multiply(x, x)]);
    // 40,000² numbers of 4 bytes, written in the place where they are read.
    expect(message).toMatch(
      /^compile: out of memory, got a program that needs 6400000000 bytes, needed at most 4294967296 bytes/,
    );
    expect(message).toContain('input 0 float32 [40000, 40000] of 6400000000 bytes');
  });

  test('a large tensor of a layer is named with its path', () => {
    const x = matrix(20_000);
    const layer = located(
      'encoder',
      differentiable(
        () => ({}),
        (_, a: Matrix): Matrix => matmul(a, a),
      ),
    );
    const message = refusal([x], [layer.run([{}], x)[0], sum(x)]);
    expect(message).toContain('encoder: contract float32 [20000, 20000] of 1600000000 bytes');
  });

  test('the memory of a loop is counted', () => {
    const x = matrix(4096);
    const [last] = scan((s: Matrix) => [add(s, s), {}] as const, x, {}, { length: 100 });
    const bytes = /needs (\d+) bytes/.exec(refusal([x], [last]))?.[1];
    expect(Number(bytes)).toBeGreaterThan(100 * 4 * 4096 ** 2);
  });
});
