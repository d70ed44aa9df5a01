/** The same elements in another shape or order, and tensors joined and taken apart; negative axes count from the last. */
import { fail, showShape } from '../error.js';
import { required } from '../require.js';
import type { DType } from '../tensor/dtype.js';
import * as movement from '../tensor/primitive/movement.js';
import * as reduction from '../tensor/primitive/reduction.js';
import * as slicing from '../tensor/primitive/slicing.js';
import { requireSame, typed } from '../tensor/primitive/elementwise.js';
import { range, requireShape, type Shape, sizeOf, without } from '../tensor/shape.js';
import type { Expanded, Freed, FreeShape, Permuted, Reduced } from '../tensor/shape-rule.js';
import type { Tensor } from '../tensor/tensor.js';
import { axesOf, axisOf } from './axes.js';

/** `reshape`: the size that −1 stands for is `number` in the type. */
export interface Reshape {
  <const S extends FreeShape, D extends DType>(x: Tensor<Shape, D>, shape: S): Tensor<Freed<S>, D>;
  <const S extends Shape, D extends DType>(x: Tensor<Shape, D>, shape: S): Tensor<S, D>;
}

/** The shape with the size that −1 stands for. Throws if there is none, or if −1 stands there twice. */
export const freed = (elements: number, shape: Shape): Shape => {
  const free = shape.indexOf(-1);
  if (free < 0) return shape;
  const others = shape.toSpliced(free, 1);
  if (others.includes(-1))
    fail({
      operation: 'reshape',
      what: 'the shape has more than one -1',
      got: showShape(shape),
      needed: 'at most one',
    });
  requireShape('reshape', others);
  const size = elements / sizeOf(others);
  if (!Number.isInteger(size))
    fail({
      operation: 'reshape',
      what: `-1 has no possible size in ${showShape(shape)}`,
      got: `${elements} elements`,
      needed: `a multiple of ${sizeOf(others)}`,
      ...(elements === 0 && { hint: 'where a size is 0, name all sizes' }),
    });
  return shape.with(free, size);
};

/**
 * The same elements, in row-major order, in another shape; one size may be −1, and follows from the others. The dtype
 * stays. Throws if the shape has another number of elements.
 *
 * @example
 * reshape(tensor([1, 2, 3, 4]), [2, -1]); // [[1, 2], [3, 4]]
 */
export const reshape: Reshape = (x: Tensor<Shape, DType>, shape: Shape): Tensor<never, never> =>
  // The shape is what the overloads say.
  typed(movement.reshape(x, Array.isArray(shape) ? freed(sizeOf(x.shape), shape) : shape));

/**
 * Axis `i` of the result is axis `permutation[i]` of `x`; the dtype stays. Throws if it does not name each axis once.
 *
 * @example
 * transpose(tensor([[1, 2], [3, 4]]), [1, 0]); // [[1, 3], [2, 4]]
 */
export const transpose = <S extends Shape, D extends DType, const Axes extends readonly number[]>(
  x: Tensor<S, D>,
  permutation: Axes,
): Tensor<Permuted<S, Axes>, D> =>
  typed(
    movement.transpose(
      x,
      permutation.map((axis) => axisOf('transpose', x.shape, axis)),
    ),
  );

/**
 * The elements backwards along these axes; shape and dtype stay. Throws if an axis is not there, or is named twice.
 *
 * @example
 * reverse(tensor([[1, 2], [3, 4]]), [-1]); // [[2, 1], [4, 3]]
 */
export const reverse = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  axes: readonly number[],
): Tensor<S, D> => movement.reverse(x, axesOf('reverse', x.shape, axes));

/**
 * The tensor of this shape whose axes `axes`, in order, are those of `x`, alike along all others; the dtype stays.
 * Throws if their sizes are not those of `x`.
 *
 * @example
 * broadcast(tensor([1, 2]), [2, 3], [0]); // [[1, 1, 1], [2, 2, 2]]
 */
export const broadcast = <const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
  axes: readonly number[],
): Tensor<S, D> => {
  requireShape('broadcast', shape);
  return reduction.broadcast(
    x,
    shape,
    axes.map((axis) => axisOf('broadcast', shape, axis)),
  );
};

/**
 * The tensor with one more axis, of size 1, which is `axis` of the result; the dtype stays. Throws if the result has no
 * such axis.
 *
 * @example
 * expandDims(tensor([1, 2]), -1); // [[1], [2]]
 */
export const expandDims = <S extends Shape, D extends DType, const A extends number>(
  x: Tensor<S, D>,
  axis: A,
): Tensor<Expanded<S, A>, D> => {
  const shape: Shape = x.shape;
  const at = axisOf('expandDims', shape, axis, 1);
  return typed(movement.reshape(x, shape.toSpliced(at, 0, 1)));
};

/** `squeeze`: without axes, which sizes are 1 is known when it runs. */
export interface Squeeze {
  <S extends Shape, D extends DType, const Axes extends readonly number[]>(
    x: Tensor<S, D>,
    axes: Axes,
  ): Tensor<Reduced<S, Axes>, D>;
  <D extends DType>(x: Tensor<Shape, D>): Tensor<Shape, D>;
}

/**
 * The tensor without these axes, each of size 1, or without all axes of size 1 if none are named; the dtype stays.
 * Throws if an axis has another size.
 *
 * @example
 * squeeze(tensor([[1], [2]]), [-1]); // [1, 2]
 */
export const squeeze: Squeeze = (x: Tensor<Shape, DType>, axes?: readonly number[]): Tensor<never, never> => {
  const ones = range(x.shape.length).filter((axis) => x.shape[axis] === 1);
  const gone = axes === undefined ? ones : axesOf('squeeze', x.shape, axes);
  const wrong = gone.find((axis) => !ones.includes(axis));
  if (wrong !== undefined)
    fail({
      operation: 'squeeze',
      what: `axis ${wrong} is not of size 1`,
      got: showShape(x.shape),
      needed: ones.length === 0 ? 'axes of size 1' : `axes among ${showShape(ones)}`,
    });
  return typed(movement.reshape(x, without(x.shape, gone)));
};

/**
 * Tensors of one dtype joined along an axis. Throws if there are none, or if their sizes along another axis differ.
 *
 * @example
 * concat([tensor([[1], [2]]), tensor([[3], [4]])], -1); // [[1, 3], [2, 4]]
 */
export const concat = <D extends DType>(parts: readonly Tensor<Shape, D>[], axis: number): Tensor<Shape, D> =>
  slicing.concat(parts, parts.length === 0 ? axis : axisOf('concat', parts[0]?.shape, axis));

/**
 * Tensors of one shape and dtype side by side along a new axis, which is `axis` of the result, the first unless one is
 * named. Throws if there are none, or if shapes or dtypes differ.
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]); // [[1, 2], [3, 4]]
 */
export const stack = <S extends Shape, D extends DType, const A extends number = 0>(
  parts: readonly Tensor<S, D>[],
  axis?: A,
): Tensor<Expanded<S, A, number>, D> => {
  const [first] = parts;
  if (first === undefined)
    return fail({ operation: 'stack', what: 'the list of tensors is empty', needed: 'at least one tensor' });
  const at = axisOf('stack', first.shape, axis ?? 0, 1);
  const spread = parts.map((part) => {
    requireSame('stack', first, part);
    return expandDims<Shape, D, number>(part, at);
  });
  return typed(slicing.concat(spread, at));
};

/**
 * The tensors that stand side by side along an axis, the first unless one is named, which they no longer have. Throws if
 * the axis is not there.
 *
 * @example
 * unstack(tensor([[1, 2], [3, 4]]))[1]; // [3, 4]
 */
export const unstack = <S extends Shape, D extends DType, const A extends number = 0>(
  x: Tensor<S, D>,
  axis?: A,
): readonly Tensor<Reduced<S, readonly [A]>, D>[] => {
  const shape: Shape = x.shape;
  const at = axisOf('unstack', shape, axis ?? 0);
  return range(required(shape[at], 'a size')).map((place) => {
    const start = shape.map((_, each) => (each === at ? place : 0));
    const part = slicing.slice(x, { start, stop: shape.with(at, place + 1) });
    return typed(movement.reshape(part, without(shape, [at])));
  });
};
