/** E-1: what a curve does to the order and the size of numbers. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';

/** What is lost to rounding between neighbors: a few of the last digits of float32. */
const DIGITS = 8 * 2 ** -24;
const SMALLEST = 2 ** -126;

/** E-1. Increasing along the line, up to its last digits: x ≤ y ⇒ f(x) ≤ f(y) */
export const increasing = (name: string, at: readonly number[], values: ArrayLike<number>): Verdict => {
  const order = at.map((_, i) => i).toSorted((i, j) => (at[i] ?? 0) - (at[j] ?? 0));
  for (const [position, index] of order.entries()) {
    const before = order[position - 1];
    if (before === undefined) continue;
    const [low, high] = [values[before] ?? Number.NaN, values[index] ?? Number.NaN];
    const tolerance = DIGITS * Math.max(Math.abs(low), Math.abs(high)) + SMALLEST;
    if (low <= high + tolerance) continue;
    return broken({
      law: 'E-1',
      subject: name,
      what: `falls between x = ${at[before] ?? 0} and x = ${at[index] ?? 0}`,
      index,
      got: high,
      expected: `at least ${low}`,
      tolerance,
      hint: 'pieces of an approximation that do not meet',
    });
  }
  return holds;
};

/** E-1. Positively homogeneous, by powers of two, which round nothing: f(2ᵏx) ≡ 2ᵏf(x) */
export const homogeneous = (map: NumericMap, x: Float32Array, exponent: number): Verdict => {
  const factor = 2 ** exponent;
  const [got] = map.forward([x.map((each) => factor * each)]);
  const [once] = map.forward([x]);
  return same(
    bitwise,
    Float32Array.from(got ?? []),
    Float32Array.from(once ?? [], (each) => factor * each),
    {
      law: 'E-1',
      subject: map.name,
      what: `${factor} times the argument is not ${factor} times the result`,
      hint: 'a threshold other than 0, or an offset',
    },
  );
};
