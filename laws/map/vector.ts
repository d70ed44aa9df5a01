/** Trees of numbers as vectors: their leaves in order, those that are no floats standing still. */
import { showShape } from '../../src/error.js';
import { isFloat, type Data } from '../../src/tensor/dtype.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { Spec, Value } from '../../src/tensor/primitive/primitive.js';

/** The data of each leaf of a tree. */
export type Vector = readonly Data[];

/** A leaf of a tree: where it is, and what. */
export interface Place extends Spec {
  readonly path: string;
}

/** The vector as a record of evaluated tensors by path, which is what equalities compare and name. */
export const labelled = (places: readonly Place[], vector: Vector): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    places.map(({ path, shape, dtype }, i) => [
      path,
      { shape, dtype, data: vector[i] ?? new Float32Array(0) },
    ]),
  );

/** `input: float32 [2, 3] = 1, 2, 3, …`, a leaf a line */
export const showVector = (places: readonly Place[], vector: Vector): string =>
  places
    .map(({ path, shape, dtype }, i) => {
      const numbers = [...(vector[i] ?? [])];
      const shown = numbers.slice(0, 12).join(', ') + (numbers.length > 12 ? ', …' : '');
      return `${path === '' ? 'value' : path}: ${dtype} ${showShape(shape)} = ${shown}`;
    })
    .join('; ');

const elements = function* (vector: Vector): Generator<number> {
  for (const data of vector) yield* data;
};

/** f of each number, in float64. `Float64Array.from` with a function takes some twenty times as long. */
export const mapped = (data: Data, f: (x: number, i: number) => number): Float64Array => {
  const result = new Float64Array(data.length);
  for (let i = 0; i < result.length; i++) result[i] = f(data[i] ?? 0, i);
  return result;
};

/** ⟨a, b⟩, in float64 */
export const dot = (a: Vector, b: Vector): number => {
  let total = 0;
  for (const [i, data] of a.entries()) {
    const other = b[i];
    for (let j = 0; j < data.length; j++) total += (data[j] ?? 0) * (other?.[j] ?? 0);
  }
  return total;
};

/** Σ |a||b| */
export const absoluteDot = (a: Vector, b: Vector): number => {
  let total = 0;
  for (const [i, data] of a.entries())
    for (let j = 0; j < data.length; j++) total += Math.abs((data[j] ?? 0) * (b[i]?.[j] ?? 0));
  return total;
};

/** ‖a‖ */
export const norm = (a: Vector): number => Math.sqrt(dot(a, a));

/** The number of elements. */
export const lengthOf = (a: Vector): number => a.reduce((sum, { length }) => sum + length, 0);

const isFloatData = (data: Data): boolean => data instanceof Float32Array || data instanceof Float64Array;

const combine = (a: Vector, b: Vector, f: (x: number, y: number) => number): Vector =>
  a.map((data, i) => {
    if (!isFloatData(data)) return data;
    const other = b[i];
    return mapped(data, (x, j) => f(x, other?.[j] ?? 0));
  });

/** a + t·b in float64, on the floats; what is no float stays as it is in a. */
export const moved = (a: Vector, t: number, b: Vector): Vector => combine(a, b, (x, y) => x + t * y);

/** a − b in float64 */
export const difference = (a: Vector, b: Vector): Vector => combine(a, b, (x, y) => x - y);

/** t·a, each leaf in its own precision. */
export const scaled = (t: number, a: Vector): Vector =>
  a.map((data) => {
    if (data instanceof Float32Array || data instanceof Float64Array) return data.map((x) => t * x);
    return data;
  });

/** a + b, each leaf in its own precision. */
export const plus = (a: Vector, b: Vector): Vector =>
  a.map((data, i) => {
    const other = b[i];
    if (data instanceof Float32Array || data instanceof Float64Array)
      return data.map((x, j) => x + (other?.[j] ?? 0));
    return data;
  });

/** The vector of zeros at these places, in float64 where they are floats. */
export const zeros = (places: readonly Spec[]): Vector =>
  places.map(({ shape, dtype }) =>
    isFloat(dtype) ? new Float64Array(sizeOf(shape)) : new Int32Array(sizeOf(shape)),
  );

/** The vector of length 1 in the direction of a; a itself where it has none. */
export const unit = (a: Vector): Vector => {
  const length = norm(a);
  return length === 0 ? a : scaled(1 / length, a);
};

/** Whether all numbers are finite. */
export const isFinite = (a: Vector): boolean => [...elements(a)].every(Number.isFinite);

/** A copy of all bytes. */
export const copied = (a: Vector): Vector => a.map((data) => data.slice());
