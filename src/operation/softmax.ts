/** Softmax and its logarithm along an axis, stable for logits of any size. */
import type { FloatDType } from '../tensor/dtype.js';
import { exp } from '../tensor/primitive/exponential.js';
import * as reduction from '../tensor/primitive/reduction.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { divide, subtract } from './arithmetic.js';
import { axisOf } from './axes.js';
import { along, logSumExp, peak } from './reduce.js';

/**
 * eˣ/Σeˣ along an axis (the last unless one is named): rows of positive numbers whose sum is 1.
 *
 * @example
 * softmax(tensor([1e4, 1e4])); // [0.5, 0.5]
 */
export const softmax = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, axis = -1): Tensor<S, D> => {
  const over = axisOf('softmax', x.shape, axis);
  const e = exp(subtract(x, along(peak(x, over), x.shape, over)));
  return divide(e, along(reduction.sum(e, [over]), x.shape, over));
};

/** x − ln Σeˣ along an axis (the last unless one is named). */
export const logSoftmax = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  axis = -1,
): Tensor<S, D> => {
  const over = axisOf('logSoftmax', x.shape, axis);
  return subtract(x, along(logSumExp(x, over), x.shape, over));
};
