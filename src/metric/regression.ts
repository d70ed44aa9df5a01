/** Metrics and scores of regression. */
import { multiply, subtract } from '../operation/arithmetic.js';
import { mean, sum } from '../operation/reduce.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { requireSame } from '../tensor/primitive/elementwise.js';
import { abs } from '../tensor/primitive/magnitude.js';
import type { Scalar, Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { numberOf, type Score, type Statistics } from './metric.js';

/**
 * A metric: the mean absolute error, mean |y − t| over all elements.
 *
 * @example
 * absoluteError(tensor([1, 4]), tensor([0, 0])); // 2.5
 */
export const absoluteError = <S extends Shape>(prediction: Tensor<S>, target: Tensor<S>): Tensor<Scalar> => {
  requireSame('absoluteError', prediction, target);
  return mean(abs(subtract(prediction, target)));
};

/**
 * A metric: the mean squared error, mean (y − t)² over all elements.
 *
 * @example
 * squaredError(tensor([1, 4]), tensor([0, 0])); // 8.5
 */
export const squaredError = <S extends Shape>(prediction: Tensor<S>, target: Tensor<S>): Tensor<Scalar> => {
  requireSame('squaredError', prediction, target);
  const difference = subtract(prediction, target);
  return mean(multiply(difference, difference));
};

/** The count, mean and sum of squared deviations of both, without a difference of large sums. */
const merged = (first: Statistics, second: Statistics): Statistics => {
  const [n, m] = [numberOf(first, 'count'), numberOf(second, 'count')];
  if (n === 0) return second;
  if (m === 0) return first;
  const gap = numberOf(second, 'mean') - numberOf(first, 'mean');
  return {
    count: [n + m],
    mean: [numberOf(first, 'mean') + (gap * m) / (n + m)],
    spread: [numberOf(first, 'spread') + numberOf(second, 'spread') + (gap * gap * n * m) / (n + m)],
    residual: [numberOf(first, 'residual') + numberOf(second, 'residual')],
  };
};

/**
 * R², the coefficient of determination: 1 − Σ(t − y)²/Σ(t − mean t)² over all elements. NaN if all targets are equal.
 *
 * Source: T. Chan, G. Golub, R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances"
 * (1979), for parts of a set.
 *
 * @example
 * const score = rSquared();
 */
export const rSquared = <S extends Shape>(): Score<Tensor<S>, Tensor<S>> => ({
  empty: { count: [0], mean: [0], spread: [0], residual: [0] },
  concat: merged,
  measure: (prediction, target) => {
    requireSame('rSquared', prediction, target);
    const middle: Tensor<Scalar> = mean(target);
    const around: Tensor<S> = subtract(target, middle as Tensor<never>);
    const off = subtract(target, prediction);
    return {
      count: sum(fullLike(target, 1)),
      mean: middle,
      spread: sum(multiply(around, around)),
      residual: sum(multiply(off, off)),
    };
  },
  value: (all) => {
    const [residual, spread] = [numberOf(all, 'residual'), numberOf(all, 'spread')];
    return spread === 0 ? Number.NaN : 1 - residual / spread;
  },
});
