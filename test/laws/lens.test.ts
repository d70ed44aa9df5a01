import { evaluate, scalar, type Tensor, tensor } from 'paralens';
import { differentiate } from 'paralens/lens';
import { multiply, sum, tanh } from 'paralens/operation';
import { check } from 'paralens/laws';
import { drawing, drawLenses, lensLaws } from 'paralens/laws/kit';
import { describe, expect, test } from 'vitest';

describe('lenses are a symmetric monoidal category', () => {
  test.each(lensLaws().map((law) => [law.id ?? '', law] as const))('%s', (id, law) => {
    check(id, drawing(drawLenses), law, { runs: 200 });
  });
});

test('L-6: evaluating does not change the data of a tensor', () => {
  const given = Float32Array.of(1, -2, 3);
  const x: Tensor<readonly [3]> = tensor(given, [3]);
  const [y, back] = differentiate((a: Tensor<readonly [3]>) => sum(multiply(tanh(a), a))).run(x);
  evaluate([y, back(scalar(1))]);
  expect([...given]).toEqual([1, -2, 3]);
  expect([...evaluate(x).data]).toEqual([1, -2, 3]);
});
