/** B-5: what becomes of NaN, of infinities, of the sign of zero and of denormal numbers. */
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';

/** NaN, the infinities, both zeros, denormals, the smallest normal number and the largest, and plain ones. */
export const specials: readonly number[] = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-45,
  1e-40,
  -1e-40,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1,
  -1,
  0.5,
  90,
  -90,
  -104,
];

/** The place of a float32 on the line of all of them: neighbors differ by one. */
const placeOf = (x: number): number => {
  const bits = new Int32Array(Float32Array.of(x).buffer)[0] ?? 0;
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
};

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

/** Whether two float32 are of one kind and sign, and at most so many numbers apart. */
const alike = (got: number, expected: number, steps: number): boolean => {
  if (Object.is(got, expected)) return true;
  if (!Number.isFinite(got) || !Number.isFinite(expected)) return false;
  return isNegative(got) === isNegative(expected) && Math.abs(placeOf(got) - placeOf(expected)) <= steps;
};

/**
 * B-5. As IEEE 754 has it: NaN stays, infinities are what limits say, zeros keep their sign, and denormal numbers
 * are not flushed to 0; what is finite has its sign, and is within so many float32 of the exact value
 */
export const specialsKept = (
  name: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  { steps, at }: { readonly steps: number; readonly at: (index: number) => string },
): Verdict => {
  for (let index = 0; index < expected.length; index++) {
    const [a, b] = [got[index] ?? Number.NaN, Math.fround(expected[index] ?? Number.NaN)];
    if (alike(a, b, steps)) continue;
    return broken({
      law: 'B-5',
      subject: name,
      what: `not what IEEE 754 says at ${at(index)}`,
      index,
      got: a,
      expected: b,
      hint: 'NaN must stay, zeros keep their sign, and denormal numbers are not flushed',
    });
  }
  return holds;
};

/**
 * B-5, in the backward of a choice: what is not chosen gets 0 of every cotangent, of ∞ and NaN as well
 */
export const unchosenIsZero = (map: NumericMap, x: Vector, w: Vector): Verdict => {
  const chosen = map.backward(
    x,
    w.map((data) => data.slice().fill(1)),
  );
  const got = map.backward(x, w);
  for (const [leaf, data] of got.entries()) {
    const index = Array.from(data).findIndex((each, i) => chosen[leaf]?.[i] === 0 && each !== 0);
    if (index < 0) continue;
    return broken({
      law: 'B-5',
      subject: map.name,
      what: 'what is not chosen gets a share of its cotangent',
      path: map.domain[leaf]?.path,
      index,
      got: data[index],
      expected: 0,
      hint: 'a mask that multiplies makes NaN of 0·∞: select instead',
    });
  }
  return holds;
};
