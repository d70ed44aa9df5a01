/** Adamax: Adam with a decaying maximum of gradients instead of the mean of squares. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { abs, maximum } from '../tensor/primitive/magnitude.js';
import { runningMean, weightOfMean } from './adam.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { elementwiseUpdate, type Update } from './update.js';

export interface AdamaxOptions {
  readonly learningRate?: LearningRate;
  /** The decay rate of the running mean of gradients. */
  readonly beta1?: number;
  /** The decay rate of the maximum of gradients. */
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adamax: m′ = β₁m + (1 − β₁)g, u′ = max(β₂u, |g| + ε), p′ = p − η·m′/((1 − β₁ᵗ)·u′).
 *
 * Source: D. Kingma, J. Ba, "Adam: a method for stochastic optimization" (arXiv 1412.6980), section 7.1, ε as in
 * PyTorch.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: adamax({ learningRate: 2e-3 }) });
 */
export const adamax = ({
  learningRate = 2e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
}: AdamaxOptions = {}): Update => {
  requireRule('adamax', { learningRate, shares: { beta1, beta2 }, epsilon });
  return elementwiseUpdate({
    learningRate,
    slots: ['mean', 'largest'],
    scalars: { meanWeight: weightOfMean(beta1) },
    move: ({ parameter, gradient, slots, rate, scalars: { meanWeight = scalar(1) } }) => {
      const { mean = fullLike(parameter, 0), largest = fullLike(parameter, 0) } = slots;
      const nextMean = runningMean(mean, gradient, beta1);
      const nextLargest = maximum(multiply(largest, beta2), add(abs(gradient), epsilon));
      const step = divide(multiply(divide(nextMean, meanWeight), rate), nextLargest);
      return { parameter: subtract(parameter, step), slots: { mean: nextMean, largest: nextLargest } };
    },
  });
};
