/** Rows: examples that lie one after the other in typed arrays, gathered into batches and stacked from parts. */
import { dtypeOfData } from '../backend/evaluate.js';
import { required } from '../require.js';
import { allocate, type Data, type DType } from '../tensor/dtype.js';
import { constant } from '../tensor/primitive/constant.js';
import type { Spec } from '../tensor/primitive/primitive.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';

/** A tree of tensors whose first axis counts examples, with that count left open. */
export type Rows<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<S extends readonly [number, ...infer Rest] ? readonly [number, ...Rest] : S, D>
    : { readonly [K in keyof T]: Rows<T[K]> };

/** Examples of one leaf: `data` holds them row after row. */
export interface Column {
  readonly data: Data;
  readonly dtype: DType;
  /** The shape of one example. */
  readonly shape: Shape;
  /** Numbers an example. */
  readonly width: number;
}

/** The rows of a tensor's data: its first axis counts them. */
export const columnOf = ({ shape, dtype }: Spec, data: Data): Column => {
  const rest = shape.slice(1);
  return { data, dtype, shape: rest, width: sizeOf(rest) };
};

/** Up to this many numbers a row, a loop is faster than making a view of it. */
const SHORT = 24;

/** Writes one row into `into`, as its row `at`. */
export const copyRow = (from: Data, row: number, into: Data, at: number, width: number): void => {
  if (width > SHORT) into.set(from.subarray(row * width, (row + 1) * width), at * width);
  else for (let i = 0; i < width; i++) into[at * width + i] = required(from[row * width + i], 'a number');
};

/** The tensor of a typed array of rows. */
export const tensorOfRows = (column: Omit<Column, 'data'>, data: Data, rows: number): AnyTensor =>
  constant<Shape, DType>(data, [rows, ...column.shape], column.dtype);

/** The rows from `start` to before `stop`: a view, since nobody writes to a tensor. */
export const sliceRows = (column: Column, start: number, stop: number): AnyTensor =>
  tensorOfRows(column, column.data.subarray(start * column.width, stop * column.width), stop - start);

/** These rows, in this order. */
export const gatherRows = (column: Column, rows: Uint32Array): AnyTensor => {
  const { data, dtype, width } = column;
  const gathered = allocate(dtypeOfData(data, dtype), rows.length * width);
  for (let at = 0; at < rows.length; at++) copyRow(data, required(rows[at], 'a row'), gathered, at, width);
  return tensorOfRows(column, gathered, rows.length);
};
