/** Lion: steps of equal size, by the sign of a running mean of gradients. */
import { multiply, subtract } from '../operation/arithmetic.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { sign } from '../tensor/primitive/magnitude.js';
import { runningMean } from './adam.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { elementwiseUpdate, type Update } from './update.js';

export interface LionOptions {
  readonly learningRate?: LearningRate;
  /** The weight of the running mean in the direction of a step. */
  readonly beta1?: number;
  /** The decay rate of the running mean. */
  readonly beta2?: number;
  /** Weight decay: each step subtracts learningRate·weightDecay·p; default: 0. */
  readonly weightDecay?: number;
}

/**
 * Lion: p′ = p·(1 − η·λ) − η·sign(β₁m + (1 − β₁)g), m′ = β₂m + (1 − β₂)g. The sign of 0 is 0.
 *
 * Source: X. Chen et al., "Symbolic discovery of optimization algorithms" (arXiv 2302.06675).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: lion({ learningRate: 1e-4 }) });
 */
export const lion = ({
  learningRate = 1e-4,
  beta1 = 0.9,
  beta2 = 0.99,
  weightDecay = 0,
}: LionOptions = {}): Update => {
  requireRule('lion', { learningRate, shares: { beta1, beta2 }, weightDecay });
  return elementwiseUpdate({
    learningRate,
    slots: ['mean'],
    move: ({ parameter, gradient, slots: { mean = fullLike(parameter, 0) }, rate }) => {
      const direction = sign(runningMean(mean, gradient, beta1));
      const decayed =
        weightDecay === 0 ? parameter : multiply(parameter, subtract(1, multiply(rate, weightDecay)));
      return {
        parameter: subtract(decayed, multiply(direction, rate)),
        slots: { mean: runningMean(mean, gradient, beta2) },
      };
    },
  });
};
