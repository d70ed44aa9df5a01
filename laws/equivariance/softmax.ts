/** E-1: softmax gives distributions, moves with its row and not with what is added to it. */
import { same } from '../base/compare.js';
import { bitwise, normWise } from '../base/equality.js';
import { broken, holds, type Verdict } from '../base/verdict.js';
import { rowsOf } from '../loss/rows.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';

/** Half the distance from 1 to the next float32. */
const UNIT = 2 ** -24;

const rowsIn = (data: Vector, columns: number): readonly (readonly number[])[] =>
  rowsOf(data[0] ?? [], columns);

/** E-1. Rows of numbers from 0 to 1 that sum to 1: |Σ softmax(x) − 1| ≤ (n + 8)·u */
export const rowsSumToOne = (map: NumericMap, x: Vector, columns: number): Verdict => {
  const tolerance = (columns + 8) * UNIT;
  for (const [index, row] of rowsIn(map.forward(x), columns).entries()) {
    const total = row.reduce((sum, p) => sum + p, 0);
    if (Math.abs(total - 1) <= tolerance && row.every((p) => p >= 0 && p <= 1)) continue;
    return broken({
      law: 'E-1',
      subject: map.name,
      what: `row ${index} is no distribution`,
      got: total,
      expected: 1,
      tolerance,
      hint: 'normalized along another axis, or not at all',
    });
  }
  return holds;
};

/** E-1. Of whole numbers, whose differences are exact: softmax(x + c·1) ≡ softmax(x) */
export const shiftInvariantRows = (map: NumericMap, [x]: Vector, shift: number): Verdict => {
  const given = x ?? new Float32Array(0);
  const moved = given.map((each: number) => each + shift);
  return same(bitwise, map.forward([moved]), map.forward([given]), {
    law: 'E-1',
    subject: map.name,
    what: `adding ${shift} to every element changes the result`,
    hint: 'the largest is not subtracted, or another number is',
  });
};

/** E-1. Along a row it goes with the order: f(πx) = πf(x), sums being in another order */
export const movesWithRow = (map: NumericMap, [x]: Vector, order: readonly number[]): Verdict => {
  const columns = order.length;
  const permuted = (data: ArrayLike<number>): Float32Array =>
    Float32Array.from(rowsOf(data, columns).flatMap((row) => order.map((from) => row[from] ?? 0)));
  const [got] = map.forward([permuted(x ?? [])]);
  const [expected] = map.forward([x ?? new Float32Array(0)]);
  return same(normWise({ rtol: 1e-6 }), Float32Array.from(got ?? []), permuted(expected ?? []), {
    law: 'E-1',
    subject: map.name,
    what: `a row in order ${order.join(', ')} has another result`,
    hint: 'an element is weighed by its place',
  });
};
