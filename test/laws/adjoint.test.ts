/** G-8 and B-2: linear maps, the names that the library has for their adjoints, and whole numbers on every backend. */
import { type Shape, type Tensor, tensor } from 'paralens';
import {
  broadcast,
  concat,
  contract,
  mean,
  negate,
  pad,
  reshape,
  reverse,
  scatterAdd,
  slice,
  subtract,
  sum,
  take,
  transpose,
  window,
  windowSum,
} from 'paralens/operation';
import { check, every, type Sampler } from 'paralens/laws';
import {
  adjoint,
  backwardIsAdjoint,
  drawCotangent,
  drawing,
  drawLattice,
  engineOf,
  exactOnLattice,
  float64,
  shown,
  type Subject,
  subjectOf,
  type Vector,
} from 'paralens/laws/kit';
import { describe, test } from 'vitest';
import { everyBackend } from './subject/backends.js';

interface Adjoint {
  readonly map: Subject;
  readonly back: Subject;
}

const whole = { low: -8, high: 8 } as const;
const linear = (name: string, shape: Shape, f: (x: Tensor) => Tensor): Subject =>
  subjectOf<Tensor, Tensor>(name, f, { shape, ...whole });
const pair = (
  name: string,
  from: Shape,
  to: Shape,
  f: (x: Tensor) => Tensor,
  g: (y: Tensor) => Tensor,
): Adjoint => ({
  map: linear(name, from, f),
  back: linear(`adjoint of ${name}`, to, g),
});

const indices = tensor([2, 0, 2, 1, 2], 'int32');
const windows = { sizes: [2, 3], strides: [1, 2], dilations: [2, 1] } as const;
const kernel = tensor([
  [1, -2],
  [3, 0],
  [5, 4],
]);

/** Linear maps, and the name that the library has for the adjoint of each. */
const adjoints: readonly Adjoint[] = [
  pair(
    'broadcast, sum',
    [3],
    [2, 3, 4],
    (x) => broadcast(x, [2, 3, 4], [1]),
    (y) => sum(y, [0, 2]),
  ),
  pair(
    'sum, broadcast',
    [2, 3, 4],
    [3],
    (x) => sum(x, [0, 2]),
    (y) => broadcast(y, [2, 3, 4], [1]),
  ),
  pair(
    'take, scatterAdd',
    [3, 2],
    [5, 2],
    (x) => take(x, indices, 0),
    (y) => scatterAdd(indices, y, 0, 3),
  ),
  pair(
    'scatterAdd, take',
    [5, 2],
    [3, 2],
    (x) => scatterAdd(indices, x, 0, 3),
    (y) => take(y, indices, 0),
  ),
  pair(
    'reshape and back',
    [2, 6],
    [3, 4],
    (x) => reshape(x, [3, 4]),
    (y) => reshape(y, [2, 6]),
  ),
  pair(
    'transpose and back',
    [2, 3, 4],
    [4, 2, 3],
    (x) => transpose(x, [2, 0, 1]),
    (y) => transpose(y, [1, 2, 0]),
  ),
  pair(
    'reverse and back',
    [2, 3],
    [2, 3],
    (x) => reverse(x, [0, 1]),
    (y) => reverse(y, [0, 1]),
  ),
  pair(
    'pad, slice',
    [2, 3],
    [6, 7],
    (x) => pad(x, { low: [1, 0], high: [2, 2], interior: [1, 1] }),
    (y) => slice(y, { start: [1, 0], stop: [4, 5], stride: [2, 2] }),
  ),
  pair(
    'slice, pad',
    [6, 7],
    [2, 3],
    (x) => slice(x, { start: [1, 0], stop: [4, 5], stride: [2, 2] }),
    (y) => pad(y, { low: [1, 0], high: [2, 2], interior: [1, 1] }),
  ),
  pair(
    'concat, slices',
    [2, 3],
    [4, 3],
    (x) => concat([x, negate(x)], 0),
    (y) =>
      subtract(
        slice(y, { start: [0, 0], stop: [2, 3] }),
        slice(y, { start: [2, 0], stop: [4, 3] }) as Tensor<never>,
      ),
  ),
  pair(
    'window, windowSum',
    [5, 7],
    [3, 3, 2, 3],
    (x) => window(x, windows),
    (y) => windowSum(y, windows, [5, 7]),
  ),
  pair(
    'windowSum, window',
    [3, 3, 2, 3],
    [5, 7],
    (x) => windowSum(x, windows, [5, 7]),
    (y) => window(y, windows),
  ),
  pair(
    'contract, contract',
    [4, 3],
    [4, 2],
    (x) => contract(x, kernel, 'ik,kj->ij'),
    (y) => contract(y, kernel, 'ij,kj->ik'),
  ),
  pair(
    'mean, broadcast/n',
    [3, 4],
    [3],
    (x) => mean(x, [1]),
    (y) => broadcast(contract(y, tensor(0.25), 'i,->i'), [3, 4], [0]),
  ),
];

const drawAdjoint =
  ({ map, back }: Adjoint) =>
  (sampler: Sampler) => {
    const [one, other] = [map.on(float64), back.on(float64)];
    const x = map.ranges.map((range) => drawLattice(sampler, range));
    const w = back.ranges.map((range) => drawLattice(sampler, range));
    return shown({
      map: one,
      back: (y: Vector) => other.forward(y),
      point: { x, w, other: w, u: x, v: x, exponent: 0, special: { x, arrangement: 'drawn' } },
    });
  };

describe('G-8 adjoints', () => {
  test.each(adjoints)('$map.name', (each) => {
    check(
      each.map.name,
      drawing(drawAdjoint(each)),
      (at) => every([() => adjoint(at, at.point), () => backwardIsAdjoint(at, at.point)]),
      { runs: 20 },
    );
  });

  test.each(adjoints.flatMap(({ map }) => everyBackend.map((backend) => ({ map, backend }))))(
    'B-2 $map.name on $backend.name',
    ({ map, backend }) => {
      const { forward, backward } = map.computations();
      const engine = engineOf(backend);
      const on = map.on(engine);
      const example = drawing((sampler) => map.ranges.map((range) => drawLattice(sampler, range)));
      check(
        map.name,
        example,
        (x) => exactOnLattice(forward, { name: engine.name, run: (inputs) => on.forward(inputs) }, x),
        { runs: 10 },
      );
      const places = map.on(float64).codomain;
      const both = drawing((sampler) => [
        ...map.ranges.map((range) => drawLattice(sampler, range)),
        ...drawCotangent({ ...sampler, numbers: sampler.integers }, places),
      ]);
      check(
        map.name,
        both,
        (inputs) =>
          exactOnLattice(backward, { name: engine.name, run: (all) => on.backward(all, []) }, inputs),
        { runs: 10 },
      );
    },
  );
});
