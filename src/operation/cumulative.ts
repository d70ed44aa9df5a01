/** Sums of all elements up to each place. */
import { required } from '../require.js';
import type { DType } from '../tensor/dtype.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { requireKind, typed } from '../tensor/primitive/elementwise.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { axisOf } from './axes.js';

/**
 * The sum of the elements up to each place along an axis (the last unless one is named), itself included; shape and dtype
 * stay. Throws if the axis is not there, or if the dtype is bool.
 *
 * Source: W. D. Hillis, G. L. Steele, "Data parallel algorithms" (1986): as many passes as the length has binary digits,
 * so that the error grows as their number does.
 *
 * @example
 * cumsum(tensor([1, 2, 3])); // [1, 3, 6]
 */
export const cumsum = <S extends Shape, D extends DType>(x: Tensor<S, D>, axis = -1): Tensor<S, D> => {
  requireKind('cumsum', 'number', x.dtype);
  const shape: Shape = x.shape;
  const along = axisOf('cumsum', shape, axis);
  const size = required(shape[along], 'a size');
  const part = (whole: Tensor<Shape, D>, from: number, to: number): Tensor<Shape, D> =>
    slice(whole, { start: shape.map((_, each) => (each === along ? from : 0)), stop: shape.with(along, to) });
  let sums: Tensor<Shape, D> = x;
  // Sums of 1, 2, 4, … elements up to each place: each is the one before, and the one that ends where that begins.
  for (let reach = 1; reach < size; reach *= 2)
    sums = concat([part(sums, 0, reach), add(part(sums, reach, size), part(sums, 0, size - reach))], along);
  return typed(sums);
};
