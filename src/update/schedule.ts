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

/** What schedules have in common that begin at a rate. */
export interface ScheduleOptions {
  /** The rate of the first update. */
  readonly rate: number;
  /** Updates from one turn of the schedule to the next, or to its end. */
  readonly steps: number;
}

/** The schedule of a rate: a number that is not negative, or a function. Throws if it is neither. */
export const scheduleOf = (
  rate: LearningRate,
  [operation, name]: readonly [operation: string, name: string] = ['update', 'learningRate'],
): Schedule => {
  if (typeof rate === 'function') return (count) => requireSingle(operation, rate(count));
  requireNumber(operation, name, rate, '[0, ∞)');
  return () => scalar(rate);
};

/**
 * Multiplied by `factor` after every `steps` updates. Throws if an option is invalid.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: sgd({ learningRate: stepDecay({ rate: 0.1, factor: 0.5, steps: 1000 }) }) });
 */
export const stepDecay = ({
  rate,
  factor,
  steps,
}: ScheduleOptions & { readonly factor: number }): Schedule => {
  requireNumber('stepDecay', 'rate', rate, '[0, ∞)');
  requireNumber('stepDecay', 'factor', factor, '(0, ∞)');
  requireCount('stepDecay', 'steps', steps);
  const logarithm = Math.log(factor);
  // A quotient of integers is cut towards 0.
  return (count) => multiply(exp(multiply(cast(divide(count, steps), 'float32'), logarithm)), rate);
};

/** Multiplied by `factor` over every `steps` updates, smoothly: rate·factor^(count/steps). Throws if an option is invalid. */
export const exponentialDecay = ({
  rate,
  factor,
  steps,
}: ScheduleOptions & { readonly factor: number }): Schedule => {
  requireNumber('exponentialDecay', 'rate', rate, '[0, ∞)');
  requireNumber('exponentialDecay', 'factor', factor, '(0, ∞)');
  requireNumber('exponentialDecay', 'steps', steps, '(0, ∞)');
  const logarithm = Math.log(factor) / steps;
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
 * Cosine decay: from `rate` to `end` along half a cosine over `steps` updates; `end` after that. Throws if an option is
 * invalid.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
 * (arXiv 1608.03983).
 */
export const cosineDecay = ({
  rate,
  steps,
  end = 0,
}: ScheduleOptions & { readonly end?: number }): Schedule => {
  requireNumber('cosineDecay', 'rate', rate, '[0, ∞)');
  requireNumber('cosineDecay', 'steps', steps, '(0, ∞)');
  requireNumber('cosineDecay', 'end', end, '[0, ∞)');
  return halfCosine([rate, end], [0, steps]);
};

/**
 * Linear warm-up from 0 over the first `steps` updates, then the schedule `next`, whose count starts at 0 there. Throws
 * if an option is invalid.
 */
export const warmUp = ({
  steps,
  next,
}: {
  readonly steps: number;
  readonly next: LearningRate;
}): Schedule => {
  requireCount('warmUp', 'steps', steps);
  const after = scheduleOf(next, ['warmUp', 'next']);
  return (count) => {
    const share = minimum(divide(cast(count, 'float32'), steps), 1);
    return multiply(share, after(maximum(subtract(count, steps), 0)));
  };
};

/**
 * Polynomial decay: end + (rate − end)·(1 − count/steps)^power over `steps` updates; `end` after that. Throws if an
 * option is invalid.
 */
export const polynomialDecay = ({
  rate,
  steps,
  end = 0,
  power = 1,
}: ScheduleOptions & { readonly end?: number; readonly power?: number }): Schedule => {
  requireNumber('polynomialDecay', 'rate', rate, '[0, ∞)');
  requireNumber('polynomialDecay', 'steps', steps, '(0, ∞)');
  requireNumber('polynomialDecay', 'end', end, '[0, ∞)');
  requireNumber('polynomialDecay', 'power', power, '(0, ∞)');
  return (count) => {
    const left = maximum(subtract(1, divide(cast(count, 'float32'), steps)), 0);
    const share = power === 1 ? left : exp(multiply(log(left), power));
    return add(multiply(share, rate - end), end);
  };
};

/**
 * Cosine decay with warm restarts: cosine decay from `rate` towards `end` over `steps` updates, repeated. The next
 * period starts where the rate would reach `end`. Throws if an option is invalid.
 *
 * Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (arXiv 1608.03983).
 */
export const cosineRestarts = ({
  rate,
  steps,
  end = 0,
}: ScheduleOptions & { readonly end?: number }): Schedule => {
  requireCount('cosineRestarts', 'steps', steps);
  requireNumber('cosineRestarts', 'rate', rate, '[0, ∞)');
  requireNumber('cosineRestarts', 'end', end, '[0, ∞)');
  const period = cosineDecay({ rate, steps, end });
  // A quotient of integers is cut towards 0.
  return (count) => period(subtract(count, multiply(divide(count, steps), steps)));
};

/**
 * Down as 1/count without an end: rate·1/(1 + count/steps), half of it after `steps` updates. The rates add up to infinity
 * and their squares do not, which is what stochastic approximation asks for. Throws if an
 * option is invalid.
 *
 * Source: H. Robbins, S. Monro, "A stochastic approximation method" (Annals of Mathematical Statistics 22, 1951).
 */
export const inverseTimeDecay = ({ rate, steps }: ScheduleOptions): Schedule => {
  requireNumber('inverseTimeDecay', 'rate', rate, '[0, ∞)');
  requireNumber('inverseTimeDecay', 'steps', steps, '(0, ∞)');
  return (count) => divide(rate, add(divide(cast(count, 'float32'), steps), 1));
};

/** The first schedule for `steps` updates, then the second, counted from there. Throws if an option is invalid. */
export const joinSchedules = ({
  first,
  steps,
  next,
}: {
  readonly first: LearningRate;
  readonly steps: number;
  readonly next: LearningRate;
}): Schedule => {
  requireCount('joinSchedules', 'steps', steps);
  const before = scheduleOf(first, ['joinSchedules', 'first']);
  const after = scheduleOf(next, ['joinSchedules', 'next']);
  return (count) => select(less(count, steps), before(count), after(maximum(subtract(count, steps), 0)));
};

export interface OneCycleOptions {
  readonly peak: number;
  /** All updates. */
  readonly steps: number;
  /** The share of updates on the way up; 0.3 unless given. */
  readonly up?: number;
  /** The initial rate is peak/from; default: 25. */
  readonly from?: number;
  /** The final rate is the initial rate divided by this; default: 10,000. */
  readonly to?: number;
}

/**
 * One-cycle schedule over `steps` updates: up along half a cosine from `peak/from` to `peak`, then down along another to
 * `peak/(from·to)`. The peak is at count `up·steps − 1`, the end at count `over − 1`, the last update; constant after
 * that. Throws if an option is invalid.
 *
 * Source: L. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning rates"
 * (arXiv 1708.07120), with the formula and proportions of `torch.optim.lr_scheduler.OneCycleLR` in two phases.
 */
export const oneCycle = ({ peak, steps, up = 0.3, from = 25, to = 1e4 }: OneCycleOptions): Schedule => {
  requireNumber('oneCycle', 'peak', peak, '[0, ∞)');
  requireCount('oneCycle', 'steps', steps);
  requireNumber('oneCycle', 'up', up, '[0, 1)');
  requireNumber('oneCycle', 'from', from, '(0, ∞)');
  requireNumber('oneCycle', 'to', to, '(0, ∞)');
  const start = requireNumber('oneCycle', 'peak / from', peak / from, '[0, ∞)');
  const end = requireNumber('oneCycle', 'peak / (from · to)', start / to, '[0, ∞)');
  // Of few updates the turn lies before the first, which is on the way down then.
  const turn = up * steps - 1;
  const fall = halfCosine([peak, end], [turn, steps - 1]);
  if (turn <= 0) return fall;
  const rise = halfCosine([start, peak], [0, turn]);
  return (count) => select(less(cast(count, 'float32'), turn), rise(count), fall(count));
};

/**
 * Linear warm-up to `peak` over the first `steps` updates, then decay as 1/√count. Throws if an option is invalid.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762).
 */
export const inverseSquareRoot = ({ peak, steps }: Pick<OneCycleOptions, 'peak' | 'steps'>): Schedule => {
  requireNumber('inverseSquareRoot', 'peak', peak, '[0, ∞)');
  requireNumber('inverseSquareRoot', 'steps', steps, '(0, ∞)');
  return (count) => {
    const step = add(cast(count, 'float32'), 1);
    return multiply(minimum(divide(step, steps), sqrt(divide(steps, step))), peak);
  };
};
