/** Rows: examples one after the other in typed arrays, sliced and gathered into batches. */
import { dtypeOfData } from '../backend/evaluate.js';
import { required } from '../require.js';
import { allocate, type Data, type DType } from '../tensor/dtype.js';
import { constant } from '../tensor/primitive/constant.js';
import type { Spec } from '../tensor/primitive/primitive.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';

/** A tree of tensors whose first axis counts the examples; the type leaves the count open. */
export type Rows<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<S extends readonly [number, ...infer Rest] ? readonly [number, ...Rest] : S, D>
    : { readonly [K in keyof T]: Rows<T[K]> };

/** The examples of one leaf, row after row in `data`. */
export interface Column {
  readonly data: Data;
  readonly dtype: DType;
  /** The shape of one example. */
  readonly shape: Shape;
  /** Numbers per example. */
  readonly width: number;
}

/** The rows of a tensor along its first axis. */
export const columnOf = ({ shape, dtype }: Spec, data: Data): Column => {
  const rest = shape.slice(1);
  return { data, dtype, shape: rest, width: sizeOf(rest) };
};

/** For rows up to this length a loop is faster than a view. */
const SHORT = 24;

/** Copies a row to row `at` of `into`. */
export const copyRow = (from: Data, row: number, into: Data, at: number, width: number): void => {
  if (width > SHORT) into.set(from.subarray(row * width, (row + 1) * width), at * width);
  else for (let i = 0; i < width; i++) into[at * width + i] = required(from[row * width + i], 'a number');
};

/** Makes a tensor of a typed array of rows. */
export const tensorOfRows = (column: Omit<Column, 'data'>, data: Data, rows: number): AnyTensor =>
  constant<Shape, DType>(data, [rows, ...column.shape], column.dtype);

/** The rows from `start` to before `stop`. A view suffices, since tensors are read-only. */
export const sliceRows = (column: Column, start: number, stop: number): AnyTensor =>
  tensorOfRows(column, column.data.subarray(start * column.width, stop * column.width), stop - start);

/** These rows, in this order. */
export const gatherRows = (column: Column, rows: Uint32Array): AnyTensor => {
  const { data, dtype, width } = column;
  const gathered = allocate(dtypeOfData(data, dtype), rows.length * width);
  for (let at = 0; at < rows.length; at++) copyRow(data, required(rows[at], 'a row'), gathered, at, width);
  return tensorOfRows(column, gathered, rows.length);
};
