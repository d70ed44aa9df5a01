/** Adam: bias-corrected running means of gradients and squared gradients. */
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
  /** The decay rate of the running mean of gradients. */
  readonly beta1?: number;
  /** The decay rate of the running mean of squared gradients. */
  readonly beta2?: number;
  readonly epsilon?: number;
  /**
   * AMSGrad: whether to use the maximum of all past means of squares. Source: S. Reddi, S. Kale, S. Kumar, "On the
   * convergence of Adam and beyond" (2018).
   */
  readonly amsgrad?: boolean;
}

export interface AdamwOptions extends AdamOptions {
  /** Weight decay: each step subtracts learningRate·weightDecay·p; default: 0.01. */
  readonly weightDecay?: number;
}

/** m′ = β·m + (1 − β)·x */
export const runningMean = <S extends Shape>(before: Tensor<S>, x: Tensor<S>, beta: number): Tensor<S> =>
  add(multiply(before, beta), multiply(x, 1 - beta));

/** Running means of ones, 1 − βᵗ: the divisor of the bias correction. */
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
 * Adam: m′ = β₁m + (1 − β₁)g, s′ = β₂s + (1 − β₂)g², p′ = p − η·m̂/(√ŝ + ε) with m̂ = m′/(1 − β₁ᵗ), ŝ = s′/(1 − β₂ᵗ).
 * The state keeps the divisors 1 − βᵗ as running means of ones. Computing 1 − βᵗ from a power of β would lose digits by
 * cancellation: three of seven at the first step with β = 0.999.
 *
 * Source: D. Kingma, J. Ba, "Adam: a method for stochastic optimization" (arXiv 1412.6980).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: adam({ learningRate: 1e-3 }) });
 */
export const adam = (options: AdamOptions = {}): Update => elementwiseUpdate(rule('adam', options));

/**
 * AdamW, Adam with decoupled weight decay: p′ = p·(1 − η·λ) − η·m̂/(√ŝ + ε). With decay 0 it is `adam`.
 *
 * Source: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization" (arXiv 1711.05101), with λ multiplied by
 * the learning rate, as in PyTorch.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: adamw({ learningRate: 1e-3, weightDecay: 0.01 }) });
 */
export const adamw = ({ weightDecay = 0.01, ...options }: AdamwOptions = {}): Update =>
  elementwiseUpdate(rule('adamw', { ...options, weightDecay }));
