/** E-1: rows of a batch do not know of each other. */
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';

/** One row of a leaf whose first axis is the batch. */
const rowOf = (data: Vector[number] | undefined, row: number, rows: number): Vector[number] => {
  const all = data ?? new Float32Array(0);
  const size = all.length / Math.max(1, rows);
  return all.slice(row * size, (row + 1) * size);
};

/** The data with one row as it is, and all others from elsewhere. */
const besides = (data: Vector[number], others: Vector[number], row: number, rows: number): Vector[number] => {
  const mixed = others.slice();
  mixed.set(rowOf(data, row, rows), (row * data.length) / Math.max(1, rows));
  return mixed;
};

export interface RowExample {
  /** Argument and cotangent; both begin with the batch in the leaf that is looked at. */
  readonly x: Vector;
  readonly w: Vector;
  /** Like them, for all rows but one. */
  readonly other: Vector;
  readonly otherW: Vector;
  readonly rows: number;
  readonly row: number;
  /** How many leaves of the argument hold the batch: the first one unless given, as is the input of a layer. */
  readonly leaves?: number;
}

/**
 * E-1. Each row of a batch by itself: f(x)ᵢ and R[f](x, w)ᵢ ≡ what they are beside any other rows
 */
export const rowsApart = (
  map: NumericMap,
  { x, w, other, otherW, rows, row, leaves = 1 }: RowExample,
): Verdict => {
  const mixed = x.map((data, i) => (i < leaves ? besides(data, other[i] ?? data, row, rows) : data));
  const mixedW = w.map((data, i) => besides(data, otherW[i] ?? data, row, rows));
  const claim = (what: string): Parameters<typeof same>[3] => ({
    law: 'E-1',
    subject: map.name,
    what: `row ${row} of ${what} depends on the other rows`,
    hint: 'a reduction over the batch axis, or an index that leaves its row; name the axes of the features',
  });
  const rowsOf = (places: NumericMap['domain'], vector: Vector): unknown =>
    Object.fromEntries(places.map(({ path }, i) => [path, rowOf(vector[i], row, rows)]));
  const inputs = map.domain.slice(0, leaves);
  return every([
    () =>
      same(
        bitwise,
        rowsOf(map.codomain, map.forward(mixed)),
        rowsOf(map.codomain, map.forward(x)),
        claim('the result'),
      ),
    () =>
      same(
        bitwise,
        rowsOf(inputs, map.backward(mixed, mixedW)),
        rowsOf(inputs, map.backward(x, w)),
        claim('the gradient'),
      ),
  ]);
};
