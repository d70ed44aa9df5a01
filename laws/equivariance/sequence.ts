/** E-1: what attention does with the future and with order, and normalization with what all of a row have in common. */
import { same } from '../base/compare.js';
import { bitwise, normWise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';

const inputOf = (map: NumericMap): number => map.domain.findIndex(({ path }) => path.endsWith('input'));

/** The numbers of `[batch, time, width]` place by place, through a function of the place. */
const byPlace = (
  data: Vector[number],
  [time, width]: readonly [number, number],
  from: (place: number) => number,
): Float64Array =>
  Float64Array.from(data, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const [batch, place] = [Math.floor(row / time), row % time];
    return data[(batch * time + from(place)) * width + column] ?? 0;
  });

/** E-1. With a causal mask nothing of what comes later is seen: other numbers behind t ⇒ the same results up to t, ≡ */
export const blocksFuture = (map: NumericMap, x: Vector, other: Vector, until: number): Verdict => {
  const leaf = inputOf(map);
  const [, time = 1, width = 1] = map.domain[leaf]?.shape ?? [];
  const late = (i: number): boolean => Math.floor(i / width) % time > until;
  const changed = x.map((data, i) =>
    i === leaf ? data.map((each: number, at: number) => (late(at) ? (other[i]?.[at] ?? 0) : each)) : data,
  );
  const early = (vector: Vector): Float64Array =>
    Float64Array.from(vector[0] ?? [], (each, i) => (late(i) ? 0 : each));
  return same(bitwise, early(map.forward(changed)), early(map.forward(x)), {
    law: 'E-1',
    subject: map.name,
    what: `what comes behind place ${until} is seen before it`,
    hint: 'a mask along the other axis, or one that is off by one',
  });
};

/** E-1. Without mask and positions places are alike: f(πx) = πf(x), sums being in another order */
export const placesAlike = (map: NumericMap, x: Vector, order: readonly number[]): Verdict => {
  const leaf = inputOf(map);
  const width = map.domain[leaf]?.shape[2] ?? 1;
  const turned = (data: Vector[number]): Float64Array =>
    byPlace(data, [order.length, width], (place) => order[place] ?? 0);
  const moved = x.map((data, i) => (i === leaf ? Float32Array.from(turned(data)) : data));
  const [got = new Float32Array(0)] = map.forward(moved);
  const [expected = new Float32Array(0)] = map.forward(x);
  return same(normWise({ rtol: 1e-5, atol: 1e-6 }), Float64Array.from(got), turned(expected), {
    law: 'E-1',
    subject: map.name,
    what: `places in order ${order.join(', ')} have another result`,
    hint: 'a position that gets in, or heads mixed with places',
  });
};

/**
 * E-1. A normalized row knows neither its origin nor its scale, and its gradient has no part along either:
 * f(a·x + b) = f(x), Σ dx = 0, Σ dx·x̂ = 0, for an ε that is next to nothing; in float64
 */
export const normalizesRows = (
  map: NumericMap,
  x: Vector,
  w: Vector,
  [scale, shift]: readonly [number, number],
): Verdict => {
  const leaf = inputOf(map);
  const columns = map.domain[leaf]?.shape.at(-1) ?? 1;
  const moved = x.map((data, i) =>
    i === leaf ? Float64Array.from(data, (each) => scale * each + shift) : data,
  );
  const claim = (what: string): Parameters<typeof same>[3] => ({
    law: 'E-1',
    subject: map.name,
    what,
    hint: 'a mean or a variance over another axis, or a derivative that holds it constant',
  });
  const near = normWise({ rtol: 1e-6, atol: 1e-9 });
  const change = map.backward(x, w)[leaf] ?? new Float64Array(0);
  const sums = (weight: (i: number) => number): Float64Array =>
    Float64Array.from({ length: change.length / columns }, (_, row) => {
      let sum = 0;
      for (let i = row * columns; i < (row + 1) * columns; i++) sum += (change[i] ?? 0) * weight(i);
      return sum;
    });
  const zeros = new Float64Array(change.length / columns);
  const given = x[leaf] ?? new Float64Array(0);
  const middle = (i: number): number => {
    const row = Math.floor(i / columns) * columns;
    let sum = 0;
    for (let j = row; j < row + columns; j++) sum += given[j] ?? 0;
    return sum / columns;
  };
  return every([
    () => same(near, map.forward(moved), map.forward(x), claim(`${scale}·x + ${shift} has another result`)),
    () =>
      same(
        near,
        sums(() => 1),
        zeros,
        claim('the gradient of a row does not sum to 0'),
      ),
    () =>
      same(
        near,
        sums((i) => (given[i] ?? 0) - middle(i)),
        zeros,
        claim('the gradient of a row goes along it'),
      ),
  ]);
};

/** E-1. What forward leaves out has no gradient, and what it keeps has: dx = 0 exactly where y = 0, of numbers that are none */
export const sameMask = (map: NumericMap, x: Vector): Verdict => {
  const kept = (vector: Vector): readonly number[] =>
    Array.from(vector[0] ?? [], (each) => Number(each !== 0));
  const ones = map.codomain.map(({ shape }) =>
    new Float32Array(shape.reduce((n, size) => n * size, 1)).fill(1),
  );
  return same(bitwise, kept(map.backward(x, ones)), kept(map.forward(x)), {
    law: 'E-1',
    subject: map.name,
    what: 'forward and backward leave out other numbers',
    hint: 'a mask that is drawn twice',
  });
};
