/** Arithmetic at its ends: integers that wrap, quotients by 0, casts out of bounds, and float64. */
import { describe, expect, test } from 'vitest';
import type { KernelName } from '../../src/graph/program.js';
import type { Data, DType } from '../../src/tensor/dtype.js';
import type { Primitive } from '../../src/tensor/primitive/primitive.js';
import { primitives } from '../../src/tensor/primitive/table.js';
import { evaluateOne, interpret, run, single } from './support.js';

const INTS = Int32Array.of(0, 1, -1, 2, 7, -7, 2147483647, -2147483648, 46341, -65536, 3);
const WORDS = Uint32Array.of(0, 1, 2, 7, 4294967295, 2147483648, 65536, 46341, 3, 5, 9);
const FLOATS = Float32Array.of(0, -0, 1.5, -1.5, Number.NaN, Infinity, -Infinity, 3e9, -3e9, 4.3e9, 1e-40);
const DOUBLES = Float64Array.from([
  0,
  -0,
  1.5,
  -1.5,
  Number.NaN,
  Infinity,
  -Infinity,
  3e9,
  -3e9,
  5e-324,
  0.1,
]);
const TRUTHS = Uint8Array.of(0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0);

const DATA: Readonly<Record<DType, Data>> = {
  int32: INTS,
  uint32: WORDS,
  float32: FLOATS,
  float64: DOUBLES,
  bool: TRUTHS,
};

/** Each element with each, so that every pair of ends meets. */
const pairs = (data: Data): readonly [Data, Data] => {
  const n = data.length;
  const make = (index: (i: number) => number): Data => {
    const result = data.slice(0, 0).constructor === Float32Array ? new Float32Array(n * n) : undefined;
    const values = Array.from({ length: n * n }, (_, i) => data[index(i)] ?? 0);
    if (result !== undefined) return Float32Array.from(values);
    if (data instanceof Int32Array) return Int32Array.from(values);
    if (data instanceof Uint32Array) return Uint32Array.from(values);
    return data instanceof Float64Array ? Float64Array.from(values) : Uint8Array.from(values);
  };
  return [make((i) => Math.floor(i / n)), make((i) => i % n)];
};

const checkAgainstMeaning = (
  name: KernelName,
  dtype: DType,
  inputs: readonly Data[],
  attributes: object = {},
): void => {
  const specs = inputs.map((data) => ({ shape: [data.length], dtype }));
  const primitive = primitives[name] as Primitive<KernelName>;
  const output = primitive.shape(specs, attributes);
  const [actual] = run(single(name, specs, attributes, output), inputs);
  const values = inputs.map((data, i) => ({ data, dtype, shape: specs[i]?.shape ?? [] }));
  expect(actual).toEqual(evaluateOne(name, values, attributes as never, output));
};

const NUMBERS = ['float32', 'float64', 'int32', 'uint32'] as const;

describe('two operands', () => {
  for (const name of [
    'add',
    'subtract',
    'multiply',
    'divide',
    'maximum',
    'minimum',
    'equal',
    'less',
    'lessOrEqual',
  ] as const)
    for (const dtype of NUMBERS)
      test(`${name} of ${dtype}`, () => checkAgainstMeaning(name, dtype, pairs(DATA[dtype])));
  test('equal, and, or of bool', () => {
    for (const name of ['equal', 'and', 'or'] as const) checkAgainstMeaning(name, 'bool', pairs(TRUTHS));
    expect.hasAssertions();
  });
});

describe('one operand', () => {
  for (const name of ['negate', 'abs', 'sign'] as const)
    for (const dtype of NUMBERS)
      test(`${name} of ${dtype}`, () => checkAgainstMeaning(name, dtype, [DATA[dtype]]));
  for (const name of [
    'floor',
    'exp',
    'expm1',
    'log',
    'log1p',
    'sqrt',
    'tanh',
    'sigmoid',
    'erf',
    'sin',
    'cos',
  ] as const)
    test(`${name} of float64`, () => checkAgainstMeaning(name, 'float64', [DOUBLES]));
});

describe('cast', () => {
  const dtypes = Object.keys(DATA) as readonly DType[];
  for (const from of dtypes)
    for (const to of dtypes)
      test(`${from} to ${to}`, () => checkAgainstMeaning('cast', from, [DATA[from]], { dtype: to }));
});

describe('reductions of float64, int32 and uint32', () => {
  for (const dtype of ['float64', 'int32', 'uint32'] as const) {
    const finite = DATA[dtype].map((value: number) => (Number.isFinite(value) ? value : 1)) as Data;
    test(`sum of ${dtype}`, () => checkAgainstMeaning('sum', dtype, [finite], { axes: [0] }));
    test(`max of ${dtype}`, () => checkAgainstMeaning('max', dtype, [DATA[dtype]], { axis: 0 }));
    test(`argmax of ${dtype}`, () => checkAgainstMeaning('argmax', dtype, [DATA[dtype]], { axis: 0 }));
  }
});

test('indices outside take 0 and add nothing', () => {
  for (const dtype of ['int32', 'uint32'] as const) {
    const indices = { shape: [5], dtype };
    const x = { shape: [3, 2], dtype: 'float32' } as const;
    const at = dtype === 'int32' ? Int32Array.of(-1, 0, 2, 3, 1) : Uint32Array.of(4294967295, 0, 2, 3, 1);
    const take = single('take', [x, indices], { axis: 0 }, { shape: [5, 2], dtype: 'float32' });
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(run(take, [data, at])).toEqual([Float32Array.of(0, 0, 1, 2, 5, 6, 0, 0, 3, 4)]);
    const updates = { shape: [5, 2], dtype: 'float32' } as const;
    const scatter = single('scatterAdd', [indices, updates], { axis: 0, size: 3 }, x);
    const added = Float32Array.of(9, 9, 1, 2, 3, 4, 9, 9, 5, 6);
    expect(run(scatter, [at, added])).toEqual([Float32Array.of(1, 2, 5, 6, 3, 4)]);
    expect(run(scatter, [at, added])).toEqual(interpret(scatter, [at, added]));
  }
});

test('a sum of many is exact to the last bit where float64 holds it', () => {
  const n = 100_000;
  const spec = { shape: [n], dtype: 'float32' } as const;
  const x = Float32Array.from({ length: n }, (_, i) => Math.fround(1 / (i + 1)));
  const program = single('sum', [spec], { axes: [0] }, { shape: [], dtype: 'float32' });
  expect(run(program, [x])).toEqual(interpret(program, [x]));
});
