/** Softmax and its logarithm along an axis, stable for logits of any size. */
import type { FloatDType } from '../tensor/dtype.js';
import { exp, log } from '../tensor/primitive/exponential.js';
import * as reduction from '../tensor/primitive/reduction.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { divide, subtract } from './arithmetic.js';
import { axisOf } from './axes.js';
import { along, belowPeak } from './reduce.js';

/**
 * eˣ/Σeˣ along an axis (the last unless one is named): rows of positive numbers whose sum is 1.
 *
 * @example
 * softmax(tensor([1e4, 1e4])); // [0.5, 0.5]
 */
export const softmax = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, axis = -1): Tensor<S, D> => {
  const over = axisOf('softmax', x.shape, axis);
  const e = exp(belowPeak(x, over).below);
  return divide(e, along(reduction.sum(e, [over]), x.shape, over));
};

/**
 * x − ln Σeˣ along an axis (the last unless one is named), to the last digits however large x is.
 *
 * @example
 * logSoftmax(tensor([1e4, 1e4])); // [-0.6931472, -0.6931472]
 */
export const logSoftmax = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  axis = -1,
): Tensor<S, D> => {
  const over = axisOf('logSoftmax', x.shape, axis);
  // (x − max) − ln Σ e^(x − max): x − (ln Σ + max) would round the logarithm away beside a large max
  const { below } = belowPeak(x, over);
  return subtract(below, along(log(reduction.sum(exp(below), [over])), x.shape, over));
};
