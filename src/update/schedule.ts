/** Schedules: the learning rate as a function of the number of applied updates. */
import { fail, showShape } from '../error.js';
import { add, divide, less, maximum, minimum, multiply, subtract } from '../operation/arithmetic.js';
import { requireCount, requireNumber, showGiven } from '../require.js';
import { isFloat } from '../tensor/dtype.js';
import { select } from '../tensor/primitive/comparison.js';
import { scalar } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { exp, log, sqrt } from '../tensor/primitive/exponential.js';
import { cos } from '../tensor/primitive/trigonometric.js';
import type { Scalar } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { isLeaf } from '../tree/tree.js';

/** The learning rate after `count` applied updates: an int32 scalar to a float scalar. */
export type Schedule = (count: Tensor<Scalar, 'int32'>) => Tensor<Scalar>;

/** A learning rate: a number, or a schedule. */
export type LearningRate = number | Schedule;

/** Returns the result of a schedule. Throws if it is not a single float. */
const requireSingle = (operation: string, given: Tensor<Scalar>): Tensor<Scalar> => {
  // A schedule may come from JavaScript, so its type is checked.
  const value: unknown = given;
  const { dtype, shape } = isLeaf(value) ? (value as AnyTensor) : { dtype: undefined, shape: undefined };
  if (dtype === undefined || !isFloat(dtype) || shape.length > 0)
    return fail({
      operation,
      what: 'a schedule must give a single float',
      got: dtype === undefined ? showGiven(value) : `${dtype} ${showShape(shape)}`,
      hint: 'a constant rate is a number, or () => scalar(rate)',
    });
  return given;
};

/** The schedule of a learning rate. Throws if the rate is neither a number ≥ 0 nor a function. */
export const scheduleOf = (
  rate: LearningRate,
  [operation, name]: readonly [operation: string, name: string] = ['update', 'learningRate'],
): Schedule => {
  if (typeof rate === 'function') return (count) => requireSingle(operation, rate(count));
  requireNumber(operation, name, rate, '[0, ∞)');
  return () => scalar(rate);
};

/** Step decay: multiplies the rate by `factor` after every `every` updates. Throws if an option is invalid. */
export const stepDecay = (rate: number, factor: number, every: number): Schedule => {
  requireNumber('stepDecay', 'rate', rate, '[0, ∞)');
  requireNumber('stepDecay', 'factor', factor, '(0, ∞)');
  requireCount('stepDecay', 'every', every);
  const logarithm = Math.log(factor);
  // Integer division rounds towards 0.
  return (count) => multiply(exp(multiply(cast(divide(count, every), 'float32'), logarithm)), rate);
};

/** Exponential decay: rate·factor^(count/every). Throws if an option is invalid. */
export const exponentialDecay = (rate: number, factor: number, every: number): Schedule => {
  requireNumber('exponentialDecay', 'rate', rate, '[0, ∞)');
  requireNumber('exponentialDecay', 'factor', factor, '(0, ∞)');
  requireNumber('exponentialDecay', 'every', every, '(0, ∞)');
  const logarithm = Math.log(factor) / every;
  return (count) => multiply(exp(multiply(cast(count, 'float32'), logarithm)), rate);
};

/** Half a cosine from one rate at `start` to another at `stop`; constant after that. */
const halfCosine =
  ([rate, end]: readonly [number, number], [start, stop]: readonly [number, number]): Schedule =>
  (count) => {
    // end + (rate − end)/2·(1 + cos π·progress)
    const progress = minimum(divide(subtract(cast(count, 'float32'), start), stop - start), 1);
    return add(multiply(add(cos(multiply(progress, Math.PI)), 1), (rate - end) / 2), end);
  };

/**
 * Cosine decay: from `rate` to `end` along half a cosine over `over` updates; `end` after that. Throws if an option is
 * invalid.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
 * (arXiv 1608.03983).
 */
export const cosineDecay = (rate: number, over: number, end = 0): Schedule => {
  requireNumber('cosineDecay', 'rate', rate, '[0, ∞)');
  requireNumber('cosineDecay', 'over', over, '(0, ∞)');
  requireNumber('cosineDecay', 'end', end, '[0, ∞)');
  return halfCosine([rate, end], [0, over]);
};

/**
 * Linear warm-up from 0 over the first `over` updates, then the schedule `then`, whose count starts at 0 there. Throws
 * if an option is invalid.
 */
export const warmUp = (over: number, then: LearningRate): Schedule => {
  requireCount('warmUp', 'over', over);
  const after = scheduleOf(then, ['warmUp', 'then']);
  return (count) => {
    const share = minimum(divide(cast(count, 'float32'), over), 1);
    return multiply(share, after(maximum(subtract(count, over), 0)));
  };
};

/**
 * Polynomial decay: end + (rate − end)·(1 − count/over)^power over `over` updates; `end` after that. Throws if an
 * option is invalid.
 */
export const polynomialDecay = (
  rate: number,
  over: number,
  { end = 0, power = 1 }: { readonly end?: number; readonly power?: number } = {},
): Schedule => {
  requireNumber('polynomialDecay', 'rate', rate, '[0, ∞)');
  requireNumber('polynomialDecay', 'over', over, '(0, ∞)');
  requireNumber('polynomialDecay', 'end', end, '[0, ∞)');
  requireNumber('polynomialDecay', 'power', power, '(0, ∞)');
  return (count) => {
    const left = maximum(subtract(1, divide(cast(count, 'float32'), over)), 0);
    const share = power === 1 ? left : exp(multiply(log(left), power));
    return add(multiply(share, rate - end), end);
  };
};

/**
 * Cosine decay with warm restarts: cosine decay from `rate` towards `end` over `every` updates, repeated. The next
 * period starts where the rate would reach `end`. Throws if an option is invalid.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (arXiv 1608.03983).
 */
export const cosineRestarts = (rate: number, every: number, end = 0): Schedule => {
  requireCount('cosineRestarts', 'every', every);
  requireNumber('cosineRestarts', 'rate', rate, '[0, ∞)');
  requireNumber('cosineRestarts', 'end', end, '[0, ∞)');
  const decay = cosineDecay(rate, every, end);
  // Integer division rounds towards 0.
  return (count) => decay(subtract(count, multiply(divide(count, every), every)));
};

/**
 * Inverse time decay: rate/(1 + count/over), half of the rate after `over` updates. The sum of the rates is infinite
 * and the sum of their squares is finite, the conditions of stochastic approximation. Throws if an option is invalid.
 *
 * Source: H. Robbins, S. Monro, "A stochastic approximation method" (Annals of Mathematical Statistics 22, 1951).
 */
export const inverseTimeDecay = (rate: number, over: number): Schedule => {
  requireNumber('inverseTimeDecay', 'rate', rate, '[0, ∞)');
  requireNumber('inverseTimeDecay', 'over', over, '(0, ∞)');
  return (count) => divide(rate, add(divide(cast(count, 'float32'), over), 1));
};

/**
 * The first schedule for `over` updates, then the second, whose count starts at 0 there. Throws if an option is
 * invalid.
 */
export const joinSchedules = (first: LearningRate, over: number, then: LearningRate): Schedule => {
  requireCount('joinSchedules', 'over', over);
  const before = scheduleOf(first, ['joinSchedules', 'first']);
  const after = scheduleOf(then, ['joinSchedules', 'then']);
  return (count) => select(less(count, over), before(count), after(maximum(subtract(count, over), 0)));
};

export interface OneCycleOptions {
  /** The share of updates in which the rate rises; default: 0.3. */
  readonly up?: number;
  /** The initial rate is peak/from; default: 25. */
  readonly from?: number;
  /** The final rate is the initial rate divided by this; default: 10,000. */
  readonly to?: number;
}

/**
 * One-cycle schedule over `over` updates: up along half a cosine from `peak/from` to `peak`, then down along another to
 * `peak/(from·to)`. The peak is at count `up·over − 1`, the end at count `over − 1`, the last update; constant after
 * that. Throws if an option is invalid.
 *
 * Source: L. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates"
 * (arXiv 1708.07120), with the formula and proportions of `torch.optim.lr_scheduler.OneCycleLR` in two phases.
 */
export const oneCycle = (
  peak: number,
  over: number,
  { up = 0.3, from = 25, to = 1e4 }: OneCycleOptions = {},
): Schedule => {
  requireNumber('oneCycle', 'peak', peak, '[0, ∞)');
  requireCount('oneCycle', 'over', over);
  requireNumber('oneCycle', 'up', up, '[0, 1)');
  requireNumber('oneCycle', 'from', from, '(0, ∞)');
  requireNumber('oneCycle', 'to', to, '(0, ∞)');
  const start = requireNumber('oneCycle', 'peak / from', peak / from, '[0, ∞)');
  const end = requireNumber('oneCycle', 'peak / (from · to)', start / to, '[0, ∞)');
  // With few updates the peak lies before the first update.
  const turn = up * over - 1;
  const fall = halfCosine([peak, end], [turn, over - 1]);
  if (turn <= 0) return fall;
  const rise = halfCosine([start, peak], [0, turn]);
  return (count) => select(less(cast(count, 'float32'), turn), rise(count), fall(count));
};

/**
 * Linear warm-up to `peak` over the first `over` updates, then decay as 1/√count. Throws if an option is invalid.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762).
 */
export const inverseSquareRoot = (peak: number, over: number): Schedule => {
  requireNumber('inverseSquareRoot', 'peak', peak, '[0, ∞)');
  requireNumber('inverseSquareRoot', 'over', over, '(0, ∞)');
  return (count) => {
    const step = add(cast(count, 'float32'), 1);
    return multiply(minimum(divide(step, over), sqrt(divide(over, step))), peak);
  };
};
