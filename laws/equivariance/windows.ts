/** E-1: what windows over space do with shifts and with order. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { stridesOf, type Shape } from '../../src/tensor/shape.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';

/** The leaf that is called so, or ends so. */
const leafOf = (map: NumericMap, name: string): number =>
  map.domain.findIndex(({ path }) => path === name || path.endsWith(name));

/** Elements further along axis 1 by one: what stood at t stands at t + 1, and 0 at the first place. */
const shifted = (data: Vector[number], shape: Shape): Float64Array => {
  const [, length = 1] = shape;
  const [, stride = 1] = stridesOf(shape);
  return Float64Array.from(data, (_, i) =>
    Math.floor(i / stride) % length === 0 ? 0 : (data[i - stride] ?? 0),
  );
};

/**
 * E-1. A convolution with steps of one and without padding goes along with its input: y(x further by one)ₜ₊₁ ≡ y(x)ₜ
 */
export const shiftsWithInput = (map: NumericMap, x: Vector): Verdict => {
  const leaf = leafOf(map, 'input');
  const { shape } = map.domain[leaf] ?? { shape: [] };
  const [{ shape: out } = { shape: [] }] = map.codomain;
  const moved = x.map((data, i) => (i === leaf ? Float32Array.from(shifted(data, shape)) : data));
  const [expected = new Float32Array(0)] = map.forward(x);
  const [got = new Float32Array(0)] = map.forward(moved);
  const behindFirst = (data: Vector[number], by: number): Float64Array => {
    const [, length = 1] = out;
    const [, stride = 1] = stridesOf(out);
    return Float64Array.from(data, (_, i) =>
      Math.floor(i / stride) % length === 0 ? 0 : (data[i - by * stride] ?? 0),
    );
  };
  return same(bitwise, behindFirst(got, 0), behindFirst(expected, 1), {
    law: 'E-1',
    subject: map.name,
    what: 'the input further by one has another result than the result further by one',
    hint: 'a kernel that depends on its place, or windows that begin elsewhere',
  });
};

/**
 * E-1. The largest of a window goes along with what keeps the order, of whole numbers: max(3x + 1) ≡ 3·max x + 1
 */
export const keepsOrder = (map: NumericMap, x: Vector): Verdict => {
  const through = (vector: Vector): Vector => vector.map((data) => data.map((each: number) => 3 * each + 1));
  return same(bitwise, map.forward(through(x)), through(map.forward(x)), {
    law: 'E-1',
    subject: map.name,
    what: 'the largest of larger numbers is not the larger of the largest',
    hint: 'padding with 0 that counts, or a sum in place of the largest',
  });
};
