/** Schedules: the learning rate as a function of how many updates have been applied. */
import { fail } from '../error.js';
import { add, divide, less, maximum, minimum, multiply, subtract } from '../operation/arithmetic.js';
import { select } from '../tensor/primitive/comparison.js';
import { scalar } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { exp, log, sqrt } from '../tensor/primitive/exponential.js';
import { floor } from '../tensor/primitive/magnitude.js';
import { cos } from '../tensor/primitive/trigonometric.js';
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** The learning rate of the update that follows `count` applied ones. */
export type Schedule = (count: Tensor<Scalar, 'int32'>) => Tensor<Scalar>;

/** A learning rate: a number, or a schedule. */
export type LearningRate = number | Schedule;

/** The rate; throws where it is negative or none. */
export const requireRate = (operation: string, rate: number, needed = 'a number ≥ 0'): number =>
  rate >= 0 && rate < Number.POSITIVE_INFINITY
    ? rate
    : fail({ operation, what: 'no rate', got: String(rate), needed });

/** The schedule of a learning rate. Throws where a number is negative or none. */
export const scheduleOf = (rate: LearningRate): Schedule => {
  if (typeof rate === 'function') return rate;
  const known = requireRate('learning rate', rate, 'a number ≥ 0, or a schedule');
  return () => scalar(known);
};

/** Throws where a number of updates, or a factor, is not above 0: a rate of NaN would come of it. */
const requireAbove0 = (operation: string, numbers: { readonly [what: string]: number }): void => {
  for (const [what, number] of Object.entries(numbers))
    if (!(number > 0 && number < Number.POSITIVE_INFINITY))
      fail({ operation, what: `no ${what}`, got: String(number), needed: 'a number above 0' });
};

/** Multiplied by `factor` after every `every` updates. Throws where one is not above 0. */
export const stepDecay = (rate: number, factor: number, every: number): Schedule => {
  requireAbove0('stepDecay', { factor, 'number of updates': every });
  const logarithm = Math.log(factor);
  return (count) => multiply(exp(multiply(floor(divide(cast(count, 'float32'), every)), logarithm)), rate);
};

/** Multiplied by `factor` over every `every` updates, smoothly: rate·factor^(count/every). Throws where one is not above 0. */
export const exponentialDecay = (rate: number, factor: number, every: number): Schedule => {
  requireAbove0('exponentialDecay', { factor, 'number of updates': every });
  const logarithm = Math.log(factor) / every;
  return (count) => multiply(exp(multiply(cast(count, 'float32'), logarithm)), rate);
};

/**
 * From `rate` to `end` along half a cosine over `over` updates, and `end` from then on. Throws where `over` is not
 * above 0.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
 * (arXiv 1608.03983).
 */
export const cosineDecay = (rate: number, over: number, end = 0): Schedule => {
  requireAbove0('cosineDecay', { 'number of updates': over });
  return (count) => {
    const progress = minimum(divide(cast(count, 'float32'), over), 1);
    return add(multiply(add(cos(multiply(progress, Math.PI)), 1), (rate - end) / 2), end);
  };
};

/**
 * From 0 in a straight line over the first `over` updates, then as `then` says, counted from there. Throws where `over`
 * is not above 0.
 */
export const warmUp = (over: number, then: LearningRate): Schedule => {
  requireAbove0('warmUp', { 'number of updates': over });
  return (count) => {
    const share = minimum(divide(cast(count, 'float32'), over), 1);
    return multiply(share, scheduleOf(then)(maximum(subtract(count, over), 0)));
  };
};

/**
 * From `rate` to `end` over `over` updates as the `power` of what is left of them, and `end` from then on. Throws where
 * `over` is not above 0.
 */
export const polynomialDecay = (
  rate: number,
  over: number,
  { end = 0, power = 1 }: { readonly end?: number; readonly power?: number } = {},
): Schedule => {
  requireAbove0('polynomialDecay', { 'number of updates': over });
  return (count) => {
    const left = maximum(subtract(1, divide(cast(count, 'float32'), over)), 0);
    const share = power === 1 ? left : exp(multiply(log(left), power));
    return add(multiply(share, rate - end), end);
  };
};

/**
 * Cosine decay from `rate` to `end` over `every` updates, over and over. Throws where `every` is not above 0.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (arXiv 1608.03983).
 */
export const cosineRestarts = (rate: number, every: number, end = 0): Schedule => {
  requireAbove0('cosineRestarts', { 'number of updates': every });
  const decay = cosineDecay(rate, every, end);
  // A quotient of integers is cut towards 0.
  return (count) => decay(subtract(count, multiply(divide(count, every), every)));
};

/**
 * Down as 1/count without an end: rate·1/(1 + count/over), half of it after `over` updates. The rates add up to infinity
 * and their squares do not, which is what stochastic approximation asks for.
 *
 * Source: H. Robbins, S. Monro, "A stochastic approximation method" (Annals of Mathematical Statistics 22, 1951).
 */
export const inverseTimeDecay =
  (rate: number, over: number): Schedule =>
  (count) =>
    divide(rate, add(divide(cast(count, 'float32'), over), 1));

/** The first schedule for `over` updates, then the second, counted from there. */
export const joinSchedules =
  (first: LearningRate, over: number, then: LearningRate): Schedule =>
  (count) =>
    select(less(count, over), scheduleOf(first)(count), scheduleOf(then)(maximum(subtract(count, over), 0)));

export interface OneCycleOptions {
  /** The share of updates on the way up. */
  readonly up?: number;
  /** The peak divided by this is where it begins. */
  readonly from?: number;
  /** The beginning divided by this is where it ends. */
  readonly to?: number;
}

/**
 * Along half a cosine up to the peak, and along another down to next to nothing, over so many updates.
 *
 * Source: L. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates"
 * (arXiv 1708.07120), with the proportions of PyTorch.
 */
export const oneCycle = (
  peak: number,
  over: number,
  { up = 0.3, from = 25, to = 1e4 }: OneCycleOptions = {},
): Schedule => {
  const start = peak / from;
  const turn = Math.max(1, Math.round(up * over));
  return joinSchedules(
    cosineDecay(start, turn, peak),
    turn,
    cosineDecay(peak, Math.max(1, over - turn), start / to),
  );
};

/**
 * In a straight line up to `peak` over the first `over` updates, and from there down as 1/√count. Throws where `over`
 * is not above 0.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762).
 */
export const inverseSquareRoot = (peak: number, over: number): Schedule => {
  requireAbove0('inverseSquareRoot', { 'number of updates': over });
  return (count) => {
    const step = add(cast(count, 'float32'), 1);
    return multiply(minimum(divide(step, over), sqrt(divide(over, step))), peak);
  };
};
