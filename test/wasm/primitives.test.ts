/** Every kernel against the meaning of its primitive, on random uses. */
import { describe, expect, test } from 'vitest';
import { builder } from '../../src/graph/builder.js';
import type { KernelName, Program, SomeOperation } from '../../src/graph/program.js';
import { type Data, isFloat } from '../../src/tensor/dtype.js';
import type { PrimitiveKind, Primitive, Sample, Spec, Value } from '../../src/tensor/primitive/primitive.js';
import { primitiveNames, primitives } from '../../src/tensor/primitive/table.js';
import { randomOf } from '../random-of.js';
import { drawOf, evaluateOne, fill, plain, run, ulps } from './support.js';

const GONE: readonly PrimitiveKind[] = ['steering', 'loop'];
const names = primitiveNames.filter((name): name is KernelName => !GONE.includes(primitives[name].kind));

/** How far a float32 result may be off, in ulp of the correctly rounded one, where it is not exact. */
const TOLERANCE: { readonly [N in KernelName]?: number } = {
  exp: 2,
  expm1: 2,
  log: 2,
  log1p: 2,
  tanh: 2,
  sigmoid: 2,
  erf: 2,
  mills: 6,
  sin: 2,
  cos: 2,
  sum: 1,
};

/** Sums of products: within γₙ of the exact sum of their magnitudes. */
const SUMS: readonly KernelName[] = ['contract', 'scatterAdd', 'windowSum'];

/** Whether one number is near enough to another; NaN is near to NaN alone. */
const closenessOf = (name: KernelName, float: boolean): ((got: number, needed: number) => boolean) => {
  if (!float) return Object.is;
  if (SUMS.includes(name)) return (got, needed) => Math.abs(got - needed) <= 1e-4;
  const tolerance = TOLERANCE[name] ?? 0;
  return (got, needed) => ulps(got, needed) <= tolerance;
};

const assertClose = (
  name: KernelName,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  float: boolean,
): void => {
  expect(actual.length).toBe(expected.length);
  const close = closenessOf(name, float);
  const wrong: { readonly i: number; readonly got: number; readonly needed: number }[] = [];
  for (let i = 0; i < expected.length; i++) {
    const [got, needed] = [actual[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    if (!close(got, needed)) wrong.push({ i, got, needed });
  }
  // One assertion for all numbers: one for each took most of the time.
  expect({ name, wrong: wrong.slice(0, 3) }).toEqual({ name, wrong: [] });
};

/** One use of a primitive, with what it is used on and what it has to give. */
interface Use {
  readonly values: readonly Value[];
  readonly attributes: object;
  readonly output: Spec;
  readonly expected: Data;
}

const drawUse = <N extends KernelName>(name: N, random: () => number, special: boolean): Use => {
  const primitive: Primitive<N> = primitives[name];
  const { inputs, attributes }: Sample<N> = primitive.sample(drawOf(random));
  const output = primitive.shape(inputs, attributes);
  const values = inputs.map((input): Value => ({
    shape: input.shape,
    dtype: input.dtype,
    data: fill(random, input, special),
  }));
  return { values, attributes, output, expected: evaluateOne(name, values, attributes, output) };
};

/** A module takes a millisecond, whatever little is in it: so it has several uses. */
const TOGETHER = 10;

/** Several uses are kernels of one program, whose results all live at its end. */
const checkUses = (name: KernelName, uses: readonly Use[]): void => {
  const { add, instructions } = builder();
  const inputs: Spec[] = [];
  const outputs = uses.map(({ values, attributes, output }) => {
    const ids = values.map(({ shape, dtype }) =>
      add({ kind: 'input', position: inputs.push({ shape, dtype }) - 1, shape, dtype, path: '' }),
    );
    // Name and attributes come from one sample.
    return add({ kind: 'operation', name, attributes, inputs: ids, ...output, path: '' } as SomeOperation);
  });
  const program: Program = { inputs, instructions, outputs, checks: [], carried: 0 };
  const actual = run(
    program,
    uses.flatMap(({ values }) => values.map(({ data }) => data)),
  );
  for (const [i, { output, expected }] of uses.entries())
    assertClose(name, actual[i] ?? [], expected, isFloat(output.dtype));
};

const checkAll = (name: KernelName, count: number, seed: number, special: boolean): void => {
  const random = randomOf(seed);
  for (let done = 0; done < count; done += TOGETHER)
    checkUses(
      name,
      Array.from({ length: TOGETHER }, () => drawUse(name, random, special)),
    );
};

describe('each primitive as a kernel', () => {
  for (const name of names)
    test(name, () => {
      checkAll(name, 60, 1, false);
    });
});

describe('each primitive as a kernel, on zeros, infinities, NaN and denormals', () => {
  for (const name of names.filter((each) => !SUMS.includes(each) && each !== 'sum'))
    test(name, () => {
      checkAll(name, 40, 2, true);
    });
});

test('the backend is named and has one thread', () => {
  expect(plain.name).toBe('wasm');
  expect(plain.threads).toBe(1);
});
