/** Adam: running means of gradients and of their squares, both freed of the bias of beginning at 0. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { requireBoolean } from '../require.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { maximum } from '../tensor/primitive/magnitude.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { type ElementwiseRule, elementwiseUpdate, type MovingScalar, type Update } from './update.js';

export interface AdamOptions {
  readonly learningRate?: LearningRate;
  /** How much of the mean of gradients is left after a step. */
  readonly beta1?: number;
  /** How much of the mean of squares is left after a step. */
  readonly beta2?: number;
  readonly epsilon?: number;
  /**
   * Whether the largest mean of squares so far stands in place of the last, so that steps never grow again.
   * Source: S. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond" (2018).
   */
  readonly amsgrad?: boolean;
}

export interface AdamwOptions extends AdamOptions {
  /** Which share of each parameter, times the learning rate, a step takes away; 0.01 unless given. */
  readonly weightDecay?: number;
}

/** m′ = β·m + (1 − β)·x */
export const runningMean = <S extends Shape>(before: Tensor<S>, x: Tensor<S>, beta: number): Tensor<S> =>
  add(multiply(before, beta), multiply(x, 1 - beta));

/** Running means of ones: their distance from 1 is the bias of the other running means. */
export const weightOfMean = (beta: number): MovingScalar => ({
  initial: 0,
  next: (weight) => runningMean(weight, fullLike(weight, 1), beta),
});

/** p·(1 − η·weightDecay) − η·m̂/(√ŝ + ε) */
const rule = (
  operation: string,
  {
    learningRate = 1e-3,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    amsgrad = false,
    weightDecay = 0,
  }: AdamwOptions,
): ElementwiseRule => {
  requireRule(operation, { learningRate, shares: { beta1, beta2 }, epsilon, weightDecay });
  requireBoolean(operation, 'amsgrad', amsgrad);
  return {
    learningRate,
    slots: amsgrad ? ['mean', 'square', 'largest'] : ['mean', 'square'],
    scalars: { meanWeight: weightOfMean(beta1), squareWeight: weightOfMean(beta2) },
    move: ({ parameter, gradient, slots, rate, scalars }) => {
      const zero = (): Tensor => fullLike(parameter, 0);
      const { mean = zero(), square = zero(), largest = zero() } = slots;
      const { meanWeight = scalar(1), squareWeight = scalar(1) } = scalars;
      const nextMean = runningMean(mean, gradient, beta1);
      const nextSquare = runningMean(square, multiply(gradient, gradient), beta2);
      const nextLargest = amsgrad ? maximum(largest, nextSquare) : nextSquare;
      const size = sqrt(divide(nextLargest, squareWeight));
      const step = divide(multiply(divide(nextMean, meanWeight), rate), add(size, epsilon));
      const decayed =
        weightDecay === 0 ? parameter : multiply(parameter, subtract(1, multiply(rate, weightDecay)));
      const kept = { mean: nextMean, square: nextSquare };
      return {
        parameter: subtract(decayed, step),
        slots: amsgrad ? { ...kept, largest: nextLargest } : kept,
      };
    },
  };
};

/**
 * m′ = β₁m + (1 − β₁)g, s′ = β₂s + (1 − β₂)g², p′ = p − η·m̂/(√ŝ + ε) with m̂ = m′/(1 − β₁ᵗ), ŝ = s′/(1 − β₂ᵗ).
 * The sums of weights 1 − βᵗ are kept in the state, as running means of ones: a power of β taken from 1 would lose
 * the digits that both share, three of seven at the first step with β = 0.999.
 *
 * Source: D. Kingma, J. Ba, "Adam: a method for stochastic optimization" (arXiv 1412.6980).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: adam({ learningRate: 1e-3 }) });
 */
export const adam = (options: AdamOptions = {}): Update => elementwiseUpdate(rule('adam', options));

/**
 * Adam with weight decay beside it and not in the gradient: p′ = p·(1 − η·λ) − η·m̂/(√ŝ + ε). With weight decay 0 it is `adam`.
 *
 * Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization" (arXiv 1711.05101), λ times the learning
 * rate as in PyTorch.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: adamw({ learningRate: 1e-3, weightDecay: 0.01 }) });
 */
export const adamw = ({ weightDecay = 0.01, ...options }: AdamwOptions = {}): Update =>
  elementwiseUpdate(rule('adamw', { ...options, weightDecay }));
