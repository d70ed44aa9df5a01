/** Normalization: a tensor brought to mean 0 and variance 1 over some of its axes. */
import { requireNumber } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { otherAxes, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, divide, multiply, subtract } from './arithmetic.js';
import { axesOf } from './axes.js';
import { mean } from './reduce.js';

/** Mean and variance over axes; the variance is the mean of squared distances, divided by their number. */
export interface Moments<D extends FloatDType> {
  readonly mean: Tensor<Shape, D>;
  readonly variance: Tensor<Shape, D>;
}

/**
 * Mean and variance over axes, which the results no longer have. The variance is taken of distances from the
 * mean: the difference of two large numbers, the mean of squares and the square of the mean, would lose its digits.
 *
 * @example
 * moments(tensor([[1, 3], [5, 5]]), [-1]).variance; // [1, 0]
 */
export const moments = <D extends FloatDType>(x: Tensor<Shape, D>, axes: readonly number[]): Moments<D> => {
  const over = axesOf('moments', x.shape, axes);
  const center = mean(x, over);
  const distance = subtract(x, broadcast(center, x.shape, otherAxes(x.shape.length, over)));
  return { mean: center, variance: mean(multiply(distance, distance), over) };
};

/**
 * (x − mean)/√(variance + ε), with what is known of some axes spread along them. Where the variance is 0 the result
 * is 0 and ε alone bounds the derivative.
 */
export const standardize = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  { mean: center, variance }: Moments<D>,
  axes: readonly number[],
  epsilon: number,
): Tensor<S, D> => {
  requireNumber('standardize', 'epsilon', epsilon, '[0, ∞)');
  const kept = otherAxes(x.shape.length, axesOf('standardize', x.shape, axes));
  const spread = (each: Tensor<Shape, D>): Tensor<S, D> => broadcast(each, x.shape, kept);
  const inverse = divide(1, sqrt(add(variance, epsilon)));
  return multiply(subtract(x, spread(center)), spread(inverse));
};

/**
 * x/√(mean x² + ε) over axes: a row brought to the length that its size has, and not moved.
 *
 * Source: B. Zhang, R. Sennrich, "Root mean square layer normalization" (arXiv 1910.07467).
 */
export const rootMeanSquare = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  axes: readonly number[],
  epsilon: number,
): Tensor<S, D> => {
  requireNumber('rootMeanSquare', 'epsilon', epsilon, '[0, ∞)');
  const over = axesOf('rootMeanSquare', x.shape, axes);
  const inverse = divide(1, sqrt(add(mean(multiply(x, x), over), epsilon)));
  return multiply(x, broadcast(inverse, x.shape, otherAxes(x.shape.length, over)));
};
