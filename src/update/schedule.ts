/** Schedules: the learning rate as a function of how many updates have been applied. */
import { fail } from '../error.js';
import { divide, maximum, minimum, multiply, subtract, add } from '../operation/arithmetic.js';
import { scalar } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { exp } from '../tensor/primitive/exponential.js';
import { floor } from '../tensor/primitive/magnitude.js';
import { cos } from '../tensor/primitive/trigonometric.js';
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** The learning rate of the update that follows `count` applied ones. */
export type Schedule = (count: Tensor<Scalar, 'int32'>) => Tensor<Scalar>;

/** A learning rate: a number, or a schedule. */
export type LearningRate = number | Schedule;

/** The schedule of a learning rate. Throws where a number is negative or none. */
export const scheduleOf = (rate: LearningRate): Schedule => {
  if (typeof rate === 'function') return rate;
  if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY))
    fail({
      operation: 'learning rate',
      what: 'no rate',
      got: String(rate),
      needed: 'a number ≥ 0, or a schedule',
    });
  return () => scalar(rate);
};

/** Multiplied by `factor` after every `every` updates. */
export const stepDecay = (rate: number, factor: number, every: number): Schedule => {
  const logarithm = Math.log(factor);
  return (count) => multiply(exp(multiply(floor(divide(cast(count, 'float32'), every)), logarithm)), rate);
};

/** Multiplied by `factor` over every `every` updates, smoothly: rate·factor^(count/every). */
export const exponentialDecay = (rate: number, factor: number, every: number): Schedule => {
  const logarithm = Math.log(factor) / every;
  return (count) => multiply(exp(multiply(cast(count, 'float32'), logarithm)), rate);
};

/**
 * From `rate` to `end` along half a cosine over `over` updates, and `end` from then on.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
 * (arXiv 1608.03983).
 */
export const cosineDecay =
  (rate: number, over: number, end = 0): Schedule =>
  (count) => {
    const progress = minimum(divide(cast(count, 'float32'), over), 1);
    return add(multiply(add(cos(multiply(progress, Math.PI)), 1), (rate - end) / 2), end);
  };

/** From 0 in a straight line over the first `over` updates, then as `then` says, counted from there. */
export const warmUp =
  (over: number, then: LearningRate): Schedule =>
  (count) => {
    const share = minimum(divide(cast(count, 'float32'), over), 1);
    return multiply(share, scheduleOf(then)(maximum(subtract(count, over), 0)));
  };
