/** Indices that a person gives: classes, words, places along an axis. */
import { requireCount } from '../require.js';
import type { DType, IntegerDType } from '../tensor/dtype.js';
import { and, equal, less, lessOrEqual, not } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast, check } from '../tensor/primitive/conversion.js';
import { argmax } from '../tensor/primitive/extremum.js';
import { requireKind, typed } from '../tensor/primitive/elementwise.js';
import * as generation from '../tensor/primitive/generation.js';
import * as indexing from '../tensor/primitive/indexing.js';
import { reshape } from '../tensor/primitive/movement.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { range, requireShape, type Shape, sizeOf } from '../tensor/shape.js';
import type { Check, Tensor } from '../tensor/tensor.js';
import { axisOf } from './axes.js';
import { all } from './reduce.js';

/** The indices, once it is known that each is from 0 to below `count`; when it runs and one is not, the mistake is thrown. */
export const requireIndices = <S extends Shape, D extends IntegerDType>(
  indices: Tensor<S, D>,
  count: number,
  mistake: Omit<Check, 'needed'>,
): Tensor<S, D> => {
  const size = sizeOf(indices.shape);
  if (size === 0) return indices;
  const within = and(lessOrEqual(fullLike(indices, 0), indices), less(indices, fullLike(indices, count)));
  const flat = reshape(cast(not(within), 'int32'), [size]);
  const offender = indexing.take(reshape(indices, [size]), argmax(flat, 0), 0);
  return check(indices, all(within), offender, { ...mistake, needed: `0 to ${count - 1}` });
};

/**
 * 1 where an index points, 0 elsewhere: int32 or uint32 `[…]` to `[…, count]`, float32 unless a dtype is named. Throws if
 * `count` is not a positive integer, and, when it runs, if an index is not from 0 to below `count`.
 *
 * @example
 * oneHot(tensor([1, 0], 'int32'), 3); // [[0, 1, 0], [1, 0, 0]]
 */
export const oneHot = <S extends Shape, N extends number, D extends DType = 'float32'>(
  indices: Tensor<S, IntegerDType>,
  count: N,
  dtype?: D,
): Tensor<readonly [...S, N], D> => {
  requireCount('oneHot', 'count', count);
  const given: Tensor<Shape, IntegerDType> = indices;
  requireKind('oneHot', 'integer', given.dtype);
  const inside = requireIndices(given, count, {
    operation: 'oneHot',
    what: 'an index is out of range',
    hint: '`count` must be larger than the largest index',
  });
  const shape: readonly [...S, N] = [...indices.shape, count];
  const places = iota<Shape, IntegerDType>(shape, shape.length - 1, given.dtype);
  const hot = equal(places, broadcast(inside, shape, range(given.shape.length)));
  // Left out, the dtype is float32, as the type's default says.
  return typed(cast(hot, dtype ?? ('float32' as D)));
};

/**
 * The elements that the indices point at along an axis, which gives way to the axes of the indices: an index that is
 * outside takes 0. The dtype stays. Throws if the axis is not there, or if the indices are not integers.
 *
 * @example
 * take(tensor([[1, 2], [3, 4]]), tensor([1, 1], 'int32'), -1); // [[2, 2], [4, 4]]
 */
export const take = <D extends DType>(
  x: Tensor<Shape, D>,
  indices: Tensor<Shape, IntegerDType>,
  axis: number,
): Tensor<Shape, D> => indexing.take(x, indices, axisOf('take', x.shape, axis));

/**
 * The adjoint of `take`: adds each update where its index points, in an axis of this size, which the result has in place
 * of the axes of the indices. An index that is outside adds nothing. Throws if the shapes do not fit.
 *
 * @example
 * scatterAdd(tensor([1, 1], 'int32'), tensor([2, 3]), 0, 3); // [0, 5, 0]
 */
export const scatterAdd = <D extends DType>(
  indices: Tensor<Shape, IntegerDType>,
  updates: Tensor<Shape, D>,
  axis: number,
  size: number,
): Tensor<Shape, D> => {
  const along = axisOf('scatterAdd', updates.shape, axis, 1 - indices.shape.length);
  return indexing.scatterAdd(indices, updates, along, size);
};

/**
 * The position along an axis, from 0, int32 unless a dtype of numbers is named. Throws if the shape has no such axis.
 *
 * @example
 * iota([2, 3], -1); // [[0, 1, 2], [0, 1, 2]]
 */
export const iota = <const S extends Shape, D extends DType = 'int32'>(
  shape: S,
  axis: number,
  dtype?: D,
): Tensor<S, D> => {
  requireShape('iota', shape);
  return generation.iota(shape, axisOf('iota', shape, axis), dtype);
};
