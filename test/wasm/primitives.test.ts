/** Every kernel against the meaning of its primitive, on random uses. */
import { describe, expect, test } from 'vitest';
import type { KernelName } from '../../src/program/program.js';
import { isFloat } from '../../src/tensor/dtype.js';
import type { Primitive, Sample, Value } from '../../src/tensor/primitive/primitive.js';
import { primitiveNames, primitives } from '../../src/tensor/primitive/table.js';
import { randomOf } from '../random-of.js';
import { drawOf, evaluateOne, fill, plain, run, single, ulps } from './support.js';

const STEERING = ['identity', 'stopGradient', 'check', 'custom', 'scan'];
const names = primitiveNames.filter((name): name is KernelName => !STEERING.includes(name));

/** How far a float32 result may be off, in ulp of the correctly rounded one, where it is not exact. */
const TOLERANCE: { readonly [N in KernelName]?: number } = {
  exp: 2,
  expm1: 2,
  log: 2,
  log1p: 2,
  tanh: 2,
  logistic: 2,
  erf: 2,
  mills: 6,
  sin: 2,
  cos: 2,
  sum: 1,
};

/** Sums of products: within γₙ of the exact sum of their magnitudes. */
const SUMS: readonly KernelName[] = ['contract', 'scatterAdd', 'windowSum'];

const assertClose = (
  name: KernelName,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  float: boolean,
): void => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [got, needed] = [actual[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    if (!float) expect(got).toBe(needed);
    else if (SUMS.includes(name)) expect(Math.abs(got - needed)).toBeLessThanOrEqual(1e-4);
    else
      expect({ name, i, got, needed, close: ulps(got, needed) <= (TOLERANCE[name] ?? 0) }).toMatchObject({
        close: true,
      });
  }
};

const checkSample = <N extends KernelName>(
  name: N,
  sample: Sample<N>,
  random: () => number,
  special: boolean,
): void => {
  const primitive: Primitive<N> = primitives[name];
  const { inputs, attributes } = sample;
  const output = primitive.shape(inputs, attributes);
  const values = inputs.map((input): Value => ({
    shape: input.shape,
    dtype: input.dtype,
    data: fill(random, input, special),
  }));
  const program = single(name, inputs, attributes, output);
  const [actual] = run(
    program,
    values.map(({ data }) => data),
  );
  const expected = evaluateOne(name, values, attributes, output);
  assertClose(name, actual ?? [], expected, isFloat(output.dtype));
};

describe('each primitive as a kernel', () => {
  for (const name of names)
    test(name, () => {
      const random = randomOf(1);
      const primitive = primitives[name];
      for (let round = 0; round < 60; round++) {
        const draw = drawOf(random);
        checkSample(name, primitive.sample(draw) as Sample<typeof name>, random, false);
      }
    });
});

describe('each primitive as a kernel, on zeros, infinities, NaN and denormals', () => {
  for (const name of names.filter((each) => !SUMS.includes(each) && each !== 'sum'))
    test(name, () => {
      const random = randomOf(2);
      const primitive = primitives[name];
      for (let round = 0; round < 40; round++)
        checkSample(name, primitive.sample(drawOf(random)) as Sample<typeof name>, random, true);
    });
});

test('the backend is named and has one thread', () => {
  expect(plain.name).toBe('wasm');
  expect(plain.threads).toBe(1);
});
