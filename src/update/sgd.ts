/** Stochastic gradient descent. */
import { multiply, subtract } from '../operation/arithmetic.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { elementwiseUpdate, type Update } from './update.js';

export interface SgdOptions {
  readonly learningRate?: LearningRate;
}

/**
 * Stochastic gradient descent: p′ = p − η·g.
 *
 * Source: H. Robbins, S. Monro, "A stochastic approximation method" (1951).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: sgd({ learningRate: 0.1 }) });
 */
export const sgd = ({ learningRate = 0.01 }: SgdOptions = {}): Update => {
  requireRule('sgd', { learningRate });
  return elementwiseUpdate({
    learningRate,
    slots: [],
    move: ({ parameter, gradient, rate }) => ({
      parameter: subtract(parameter, multiply(gradient, rate)),
      slots: {},
    }),
  });
};
