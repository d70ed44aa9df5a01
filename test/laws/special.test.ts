/** B-5: NaN, infinities, signed zeros and denormals through every element-wise primitive, max and softmax. */
import { compile, evaluate, type Shape, type Tensor, tensor } from 'paralens';
import {
  assertHolds,
  engineOf,
  type NumericMap,
  specials,
  specialsKept,
  subjectOf,
  unchosenIsZero,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { describe, test } from 'vitest';
import { everyBackend } from './subject/backends.js';

type Unary = readonly [
  f: (x: Tensor) => Tensor<Shape, 'float32' | 'bool'>,
  exact: (x: number) => number,
  steps: number,
];
type Binary = readonly [
  f: (a: Tensor, b: Tensor) => Tensor<Shape, 'float32' | 'bool'>,
  exact: (a: number, b: number) => number,
];

/** The values of erf at what is asked here; between them it is 2/√π·x. */
const erf = (x: number): number => {
  const known = new Map([
    [1, 0.8427007929497149],
    [0.5, 0.5204998778130465],
    [3, 0.9999779095030014],
  ]).get(Math.abs(x));
  if (known !== undefined) return Math.sign(x) * known;
  return Math.abs(x) > 6 ? Math.sign(x) : (2 / Math.sqrt(Math.PI)) * x;
};

/** What each is by IEEE 754 and by its limits, in float64; how many float32 a kernel may be off. */
const unary: { readonly [name: string]: Unary } = {
  negate: [operation.negate, (x) => -x, 0],
  abs: [operation.abs, Math.abs, 0],
  sign: [operation.sign, Math.sign, 0],
  floor: [operation.floor, Math.floor, 0],
  reciprocal: [operation.reciprocal, (x) => 1 / x, 0],
  square: [operation.square, (x) => x * x, 0],
  clip: [(x) => operation.clip(x, -1, 2), (x) => Math.max(-1, Math.min(2, x)), 0],
  'power 3': [(x) => operation.power(x, 3), (x) => x ** 3, 1],
  'power -3': [(x) => operation.power(x, -3), (x) => x ** -3, 1],
  sqrt: [operation.sqrt, Math.sqrt, 0],
  exp: [operation.exp, Math.exp, 2],
  expm1: [operation.expm1, Math.expm1, 2],
  log: [operation.log, Math.log, 2],
  log1p: [operation.log1p, Math.log1p, 2],
  tanh: [operation.tanh, Math.tanh, 2],
  sigmoid: [operation.sigmoid, (x) => 1 / (1 + Math.exp(-x)), 2],
  erf: [operation.erf, erf, 2],
  sin: [operation.sin, Math.sin, 2],
  cos: [operation.cos, Math.cos, 2],
  relu: [operation.relu, (x) => Math.max(0, x), 0],
  softplus: [operation.softplus, (x) => (x > 30 ? x : Math.log1p(Math.exp(x))), 2],
  'cast to bool and back': [
    (x) => operation.cast(operation.cast(x, 'bool'), 'float32'),
    (x) => Number(x !== 0),
    0,
  ],
};

const binary: { readonly [name: string]: Binary } = {
  add: [operation.add, (a, b) => a + b],
  subtract: [operation.subtract, (a, b) => a - b],
  multiply: [operation.multiply, (a, b) => a * b],
  divide: [operation.divide, (a, b) => a / b],
  maximum: [operation.maximum, Math.max],
  minimum: [operation.minimum, Math.min],
  equal: [operation.equal, (a, b) => Number(a === b)],
  less: [operation.less, (a, b) => Number(a < b)],
  lessOrEqual: [operation.lessOrEqual, (a, b) => Number(a <= b)],
  notEqual: [operation.notEqual, (a, b) => Number(a !== b)],
  greater: [operation.greater, (a, b) => Number(a > b)],
  greaterOrEqual: [operation.greaterOrEqual, (a, b) => Number(a >= b)],
  select: [(a, b) => operation.select(operation.less(a, b), a, b), (a, b) => (a < b ? a : b)],
};

const at = specials.map(Math.fround);
const pairs = at.flatMap((a) => at.map((b) => [a, b] as const));
const row = [...at, 3, -3];

/** A row of three at a time: each special beside each other one. */
const rows = at.flatMap((a) =>
  at.flatMap(
    (b) =>
      [
        [a, b, 0.25],
        [a, b, -0.25],
      ] as const,
  ),
);

/** Of a row with NaN, or with −∞ alone, it is NaN; −∞ beside numbers is 0. A row with +∞ has no softmax. */
const softmaxOf = (numbers: readonly number[]): readonly number[] => {
  const e = numbers.map((x) => Math.exp(x - Math.max(...numbers)));
  const total = e.reduce((sum, each) => sum + each, 0);
  return e.map((each) => each / total);
};

/** Maps whose backward chooses among its cotangents. */
const choices: { readonly [name: string]: (x: Tensor) => Tensor } = {
  relu: operation.relu,
  maximum: (x) => operation.maximum(x, 0.5),
  minimum: (x) => operation.minimum(0.5, x),
  select: (x) => operation.select(operation.less(x, operation.fullLike(x, 0)), operation.fullLike(x, 2), x),
  max: (x) => operation.max(x, [1]),
  min: (x) => operation.min(x, [1]),
};

describe.each(everyBackend)('B-5 on $name, threads: $threads', (backend) => {
  const engine = engineOf(backend);

  test.each(Object.entries(unary))('%s', (name, [f, exact, steps]) => {
    const [got] = [evaluate(compile(f, { backend })(tensor(row, [row.length]))).data];
    const shown = (i: number): string => `x = ${row[i] ?? 0}`;
    assertHolds(specialsKept(`${name} (${backend.name})`, got, row.map(exact), { steps, at: shown }));
  });

  test.each(Object.entries(binary))('%s', (name, [f, exact]) => {
    const side = (k: 0 | 1): Tensor =>
      tensor(
        pairs.map((pair) => pair[k]),
        [pairs.length],
      );
    const got = evaluate(compile(f, { backend })(side(0), side(1))).data;
    const shown = (i: number): string => `(${pairs[i]?.join(', ') ?? ''})`;
    const expected = pairs.map(([a, b]) => exact(a, b));
    assertHolds(specialsKept(`${name} (${backend.name})`, got, expected, { steps: 0, at: shown }));
  });

  test('max, min, argmax and softmax of rows', () => {
    const x = tensor(rows.flat(), [rows.length, 3]);
    const run = compile(
      (a: Tensor) =>
        [operation.max(a, [1]), operation.min(a, [1]), operation.softmax(a), operation.argmax(a)] as const,
      { backend },
    );
    const [max, min, softmax, argmax] = run(x).map((each) => [...evaluate<Tensor>(each as Tensor).data]);
    const shown = (i: number): string => `(${rows[i]?.join(', ') ?? ''})`;
    const keep = (name: string, got: readonly number[] = [], expected: readonly number[], steps: number) => {
      const per = got.length / rows.length;
      const place = { steps, at: (i: number) => shown(Math.floor(i / per)) };
      assertHolds(specialsKept(`${name} (${backend.name})`, got, expected, place));
    };
    const largest = (each: readonly number[]): number => {
      const nan = each.findIndex(Number.isNaN);
      return nan >= 0 ? nan : each.indexOf(Math.max(...each));
    };
    keep(
      'max',
      max,
      rows.map((each) => Math.max(...each)),
      0,
    );
    keep(
      'min',
      min,
      rows.map((each) => Math.min(...each)),
      0,
    );
    keep('argmax', argmax, rows.map(largest), 0);
    const limited = rows.map((each) => !each.includes(Infinity));
    const where = (numbers: readonly number[] = []): readonly number[] =>
      numbers.map((p, i) => (limited[Math.floor(i / 3)] ? p : 0));
    keep('softmax', where(softmax), where(rows.flatMap(softmaxOf)), 8);
  });

  test.each(Object.entries(choices))('%s gives a zero gradient to elements it does not choose', (name, f) => {
    const map: NumericMap = subjectOf<Tensor, Tensor>(name, f, { shape: [3, 4] }).on(engine);
    const x = Float32Array.of(1, -1, 0, 3, 2, 2, -5, 0, -1e-40, 7, -3, -3);
    const size = map.codomain[0]?.shape.reduce((n, each) => n * each, 1) ?? 0;
    for (const bad of [Infinity, -Infinity, Number.NaN])
      assertHolds(unchosenIsZero(map, [x], [new Float32Array(size).fill(bad)]));
  });
});
