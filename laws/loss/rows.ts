/** Rows of numbers in plain loops of float64: softmax, entropy, labels as probabilities. */
import { isFloat, type Data } from '../../src/tensor/dtype.js';
import type { Place, Vector } from '../map/vector.js';

/** The rows of a matrix of so many columns. */
export const rowsOf = (data: ArrayLike<number>, columns: number): readonly (readonly number[])[] => {
  const numbers = Array.from(data);
  const count = columns === 0 ? 0 : numbers.length / columns;
  return Array.from({ length: count }, (_, i) => numbers.slice(i * columns, (i + 1) * columns));
};

/** ln Σ eᶻ */
const logSumExpOf = (row: readonly number[]): number => {
  const peak = Math.max(...row);
  return peak + Math.log(row.reduce((total, z) => total + Math.exp(z - peak), 0));
};

/** ln softmax(z) */
export const logSoftmaxOf = (row: readonly number[]): readonly number[] => {
  const total = logSumExpOf(row);
  return row.map((z) => z - total);
};

/** softmax(z) */
export const softmaxOf = (row: readonly number[]): readonly number[] => logSoftmaxOf(row).map(Math.exp);

/** −Σ p·ln p, where 0·ln 0 is 0 */
export const entropyOf = (row: readonly number[]): number =>
  row.reduce((total, p) => (p === 0 ? total : total - p * Math.log(p)), 0);

export const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((total, x) => total + x, 0) / numbers.length;

/** Targets as rows of probabilities; whole numbers are labels, each a row with a 1. */
export const targetRows = (target: Data, columns: number): readonly (readonly number[])[] =>
  target instanceof Float32Array || target instanceof Float64Array
    ? rowsOf(target, columns)
    : Array.from(target, (label) => Array.from({ length: columns }, (_, i) => Number(i === label)));

const sizeOfRow = (data: Data, { shape }: Place): number => data.length / Math.max(1, shape[0] ?? 1);

/** The rows of every leaf in another order, the batch first in each. */
export const permuted = (places: readonly Place[], x: Vector, order: readonly number[]): Vector =>
  x.map((data, leaf) => {
    const place = places[leaf];
    if (place === undefined || place.shape.length === 0) return data;
    const size = sizeOfRow(data, place);
    const moved = data.slice();
    for (const [to, from] of order.entries())
      moved.set(data.subarray(from * size, (from + 1) * size), to * size);
    return moved;
  });

/** Every leaf cut into equal chunks along the batch. */
export const chunksOf = (x: Vector, count: number): readonly Vector[] =>
  Array.from({ length: count }, (_, i) =>
    x.map((data) => {
      const size = data.length / count;
      return data.slice(i * size, (i + 1) * size);
    }),
  );

/** Only the leaves of floats. */
export const floatsOf = (places: readonly Place[], x: Vector): Vector =>
  x.filter((_, i) => isFloat(places[i]?.dtype ?? 'int32'));
