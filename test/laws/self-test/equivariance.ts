/** Layers with planted bugs of structure: rows that mix, axes, thresholds, ties, masks. */
import { compile, type Data, dense, evaluate, type Shape, type Tensor, tensor } from 'paralens';
import { reference } from 'paralens/program';
import { withPullback } from 'paralens/operation';
import { type Range, type Sampler } from 'paralens/laws';
import {
  type Curve,
  denseIsProduct,
  drawLattice,
  drawLine,
  engineOf,
  float64,
  homogeneous,
  increasing,
  line,
  partitionOfUnity,
  profileOf,
  rowsApart,
  rowsSumToOne,
  shiftInvariantRows,
  specials,
  specialsKept,
  subjectOf,
  unchosenIsZero,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const { broadcast, sigmoid, multiply, subtract } = operation;

const sound = reference();
const single = engineOf(sound);

const overRow = (y: Tensor, x: Tensor): Tensor => broadcast(y, x.shape, [0]);

/** A map of rows under the laws of softmax. */
const softmax = (name: string, killedBy: readonly string[], f: (x: Tensor) => Tensor): Suspect => {
  const map = subjectOf<Tensor, Tensor>('softmax', f, { shape: [2, 3], low: -8, high: 8 }).on(single);
  const range: Range = { shape: [2, 3], dtype: 'float32', low: -8, high: 8 };
  const draw = (sampler: Sampler) => ({
    x: [drawLattice(sampler, range)],
    shift: sampler.integer(-9, 9),
  });
  return plant(`softmax: ${name}`, killedBy, draw, [
    ({ x }) => rowsSumToOne(map, x, 3),
    ({ x, shift }) => shiftInvariantRows(map, x, shift),
  ]);
};

interface Dense {
  readonly kernel: Tensor<readonly [3, 2]>;
  readonly bias: Tensor<readonly [2]>;
}

/** A dense layer with something done to what it takes, under the laws of its rows and of its formula. */
const layer = (name: string, killedBy: readonly string[], wrap: (x: Tensor) => Tensor): Suspect => {
  const inner = dense<3, 2, readonly [number]>(3, 2);
  const subject = subjectOf<{ readonly input: Tensor; readonly parameters: Dense }, Tensor>(
    'dense',
    ({ input, parameters }) => inner.run([parameters], wrap(input) as Tensor<readonly [number, 3]>)[0],
    { input: { shape: [4, 3] }, parameters: { bias: { shape: [2] }, kernel: { shape: [3, 2] } } },
  );
  const map = subject.on(single);
  const draw = (sampler: Sampler) => {
    const some = (): readonly Data[] =>
      subject.ranges.map((range) => drawLattice(sampler, { ...range, low: -4, high: 4 }));
    const cotangent = (): readonly Data[] => [Float32Array.from(sampler.integers(8, -4, 4))];
    return {
      x: some(),
      other: some(),
      w: cotangent(),
      otherW: cotangent(),
      rows: 4,
      row: sampler.integer(0, 3),
    };
  };
  return plant(`dense: ${name}`, killedBy, draw, [
    (at) => rowsApart(map, at),
    ({ x }) => denseIsProduct(map, x),
  ]);
};

const relu = (name: string, killedBy: readonly string[], f: (x: Tensor) => Tensor): Suspect => {
  const map = subjectOf<Tensor, Tensor>('relu', f, { shape: [5] }).on(single);
  const at = (i: number): string => `x = ${specials[i] ?? 0}`;
  const kept = (): ReturnType<typeof specialsKept> => {
    const got = evaluate(compile(f, { backend: sound })(tensor(specials, [specials.length]))).data;
    return specialsKept(
      'relu',
      got,
      specials.map((x) => Math.max(0, x)),
      { steps: 0, at },
    );
  };
  const draw = (sampler: Sampler) => ({
    x: Float32Array.from(sampler.numbers(5, -2, 2)),
    exponent: sampler.integer(-9, 9),
  });
  return plant(`relu: ${name}`, killedBy, draw, [
    kept,
    ({ x }) => unchosenIsZero(map, [x], [new Float32Array(5).fill(Infinity)]),
    ({ x, exponent }) => homogeneous(map, x, exponent),
  ]);
};

const largest = (name: string, killedBy: readonly string[], f: (x: Tensor) => Tensor): Suspect => {
  const map = subjectOf<Tensor, Tensor>('max', f, { shape: [2, 3] }).on(float64);
  const draw = (sampler: Sampler) => ({
    x: [drawLattice(sampler, { shape: [2, 3], dtype: 'float32', low: -1, high: 1 })],
    w: [Float64Array.from(sampler.integers(2, -4, 4))],
  });
  return plant(`max: ${name}`, killedBy, draw, [(at) => partitionOfUnity(map, at)]);
};

const rising = (name: string, killedBy: readonly string[], f: Curve): Suspect =>
  plant(`curve: ${name}`, killedBy, (sampler) => [...line, ...drawLine(sampler, 9)], [
    (at) => increasing(name, at, profileOf(name, f, at, single).value),
  ]);

export const equivarianceSuspects: readonly Suspect[] = [
  rising('relu, sound', [], operation.relu),
  rising('a bump', ['E-1'], (x) => multiply(x, sigmoid(x))),
  softmax('sound', [], operation.softmax),
  softmax('along the batch', ['E-1'], (x) => operation.softmax(x, 0)),
  softmax('of squares', ['E-1'], (x) => operation.softmax(multiply(x, x))),
  layer('sound', [], (x) => x),
  layer('the batch’s mean is subtracted', ['E-1'], (x) =>
    subtract(x, operation.mean(x, [0]) as Tensor<never>),
  ),
  layer('one input is doubled', ['E-1'], (x) => multiply(x, tensor([1, 2, 1]) as Tensor<never>)),
  relu('sound', [], operation.relu),
  relu('as a product with a mask', ['B-5'], (x) =>
    multiply(x, operation.cast(operation.less(0, x), 'float32')),
  ),
  relu('NaN becomes 0', ['B-5'], (x) => operation.select(operation.less(0, x), x, operation.fullLike(x, 0))),
  relu('above a half', ['E-1'], (x) => operation.select(operation.less(0.5, x), x, operation.fullLike(x, 0))),
  largest('sound', [], (x) => operation.max(x, [1])),
  largest(
    'ties are counted twice',
    ['G-6'],
    withPullback(
      (x: Tensor) => operation.max(x, [1]),
      (x) => (dy) => {
        const tops = operation.equal<Shape, 'float32'>(x, overRow(operation.max(x, [1]), x));
        return operation.select(tops, overRow(dy, x), operation.fullLike(x, 0));
      },
    ),
  ),
];
