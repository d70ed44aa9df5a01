/** Shapes: lists of sizes, outermost axis first; row-major everywhere. */
import { fail } from '../error.js';
import { required, showGiven } from '../require.js';

/** A literal tuple where the sizes are known (`readonly [128, 784]`), `number` where they are not. */
export type Shape = readonly number[];

/** The shape of a single number. */
export type Scalar = readonly [];

/** Throws if a shape is not a list of sizes, integers of at least 0. */
export const requireShape = (operation: string, shape: Shape): void => {
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    fail({
      operation,
      what: 'a shape must be a list of integers ≥ 0',
      got: Array.isArray(shape) ? `[${shape.map(showGiven).join(', ')}]` : showGiven(shape),
    });
};

/** The number of elements. By a plain loop: `for … of` makes compiling a third slower. */
export const sizeOf = (shape: Shape): number => {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) product *= required(shape[axis], 'a size');
  return product;
};

/**
 * The number of elements of a shape that a file names, if it is a whole number that a double holds, whatever their order: a size of 0 does not excuse
 * others that have no product.
 */
export const exactSizeOf = (shape: readonly number[]): number | undefined => {
  let product = 1;
  for (const size of shape) if (size !== 0) product *= size;
  if (!Number.isSafeInteger(product)) return undefined;
  return shape.includes(0) ? 0 : product;
};

export const sameShape = (a: Shape, b: Shape): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  // A plain loop: this runs for every tensor of every batch.
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
};

/** Whether shapes differ in axes of size 1 alone, `[n]` and `[n, 1]`: one was meant to be reshaped to the other. */
export const sameElements = (a: Shape, b: Shape): boolean =>
  sameShape(
    a.filter((size) => size !== 1),
    b.filter((size) => size !== 1),
  );

/** How many elements lie between neighbours along each axis. */
export const stridesOf = (shape: Shape): readonly number[] => {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= required(shape[axis], 'a size');
  }
  return strides;
};

/** `[0, 1, …, n − 1]` */
export const range = (n: number): readonly number[] => {
  // A plain loop, as below: these run for every operation of every expression.
  const numbers: number[] = [];
  for (let i = 0; i < n; i++) numbers.push(i);
  return numbers;
};

/** Whether `part` is the end of `whole`: `[10]` of `[128, 10]`. */
export const isSuffix = (part: Shape, whole: Shape): boolean => {
  const lead = whole.length - part.length;
  if (lead < 0) return false;
  for (let axis = 0; axis < part.length; axis++) if (part[axis] !== whole[lead + axis]) return false;
  return true;
};

/** The axes of this rank, in order, that are none of these. */
export const otherAxes = (rank: number, axes: readonly number[]): readonly number[] =>
  range(rank).filter((axis) => !axes.includes(axis));

/** The shape without these axes. */
export const without = (shape: Shape, axes: readonly number[]): readonly number[] =>
  shape.filter((_, axis) => !axes.includes(axis));

/** The same axes, of a tensor that has one more in front. */
export const behindOne = (axes: readonly number[]): readonly number[] => axes.map((axis) => axis + 1);

/** The permutation that undoes `permutation`. */
export const inversePermutation = (permutation: readonly number[]): readonly number[] =>
  range(permutation.length).map((axis) => permutation.indexOf(axis));
