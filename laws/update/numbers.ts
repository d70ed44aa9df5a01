/** Small arithmetic on vectors that stand for parameters and gradients: the floats change, the rest stays. */
import { allocate, type Data } from '../../src/tensor/dtype.js';
import type { Vector } from '../map/vector.js';

/** Each float through a function of itself and its places, in its own precision. */
export const mapFloats = (vector: Vector, f: (x: number, leaf: number, index: number) => number): Vector =>
  vector.map((data, leaf) =>
    data instanceof Float32Array || data instanceof Float64Array
      ? data.map((x, index) => f(x, leaf, index))
      : data,
  );

/** The vector in float64, where it is of floats: what a formula in plain numbers is computed in. */
export const widened = (vector: Vector): Vector =>
  vector.map((data) => (data instanceof Float32Array ? Float64Array.from(data) : data));

/** The same numbers in the arrays of another vector, which an engine of another precision gave. */
export const inArraysOf = (like: Vector, vector: Vector): Vector =>
  vector.map((data, i) => {
    const other: Data = like[i] ?? data;
    if (other.constructor === data.constructor) return data;
    if (other instanceof Float64Array) return Float64Array.from(data);
    return other instanceof Float32Array ? Float32Array.from(data) : data;
  });

/** 0 for every number, none of them −0. */
export const zerosOf = (vector: Vector): Vector =>
  vector.map((data) =>
    data instanceof Float32Array || data instanceof Float64Array ? data.map(() => 0) : emptied(data),
  );

const emptied = (data: Data): Data =>
  data instanceof Int32Array ? allocate('int32', data.length) : data.slice().fill(0);

/** Whole numbers nearby; sums of few products of them are exact in float32. */
export const wholeOf = (vector: Vector): Vector => mapFloats(vector, (x) => Math.round(x) + 0);

/** No zeros: an update without an ε has nothing to say of those. */
export const nonzero = (vector: Vector): Vector => mapFloats(vector, (x) => (x === 0 ? 1 : x));

/** The number at a place. */
export const numberAt = (vector: Vector | undefined, leaf: number, index: number): number =>
  vector?.[leaf]?.[index] ?? Number.NaN;
