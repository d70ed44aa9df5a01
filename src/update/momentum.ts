/** Gradient descent with momentum, and with Nesterov momentum. */
import { add, multiply, subtract } from '../operation/arithmetic.js';
import { fullLike } from '../tensor/primitive/constant.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { type ElementwiseRule, elementwiseUpdate, type Update } from './update.js';

export interface MomentumOptions {
  readonly learningRate?: LearningRate;
  /** The decay rate of the velocity. */
  readonly momentum?: number;
}

const velocityRule = (learningRate: LearningRate, momentum: number): ElementwiseRule => ({
  learningRate,
  slots: ['velocity'],
  move: ({ parameter, gradient, slots: { velocity = fullLike(parameter, 0) }, rate }) => {
    const next: Tensor = add(multiply(velocity, momentum), gradient);
    return { parameter: subtract(parameter, multiply(next, rate)), slots: { velocity: next } };
  },
});

/**
 * Momentum: v′ = γ·v + g, p′ = p − η·v′. With constant gradients the step approaches η·g/(1 − γ).
 *
 * Source: B. Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: momentum({ learningRate: 0.01, momentum: 0.9 }) });
 */
export const momentum = ({ learningRate = 0.01, momentum: kept = 0.9 }: MomentumOptions = {}): Update => {
  requireRule('momentum', { learningRate, shares: { momentum: kept } });
  return elementwiseUpdate(velocityRule(learningRate, kept));
};

/**
 * Nesterov momentum: the gradient is taken at p − η·γ·v, the point that the velocity alone would reach.
 *
 * Source: Y. Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k²)"
 * (1983).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: nesterov({ learningRate: 0.01 }) });
 */
export const nesterov = ({ learningRate = 0.01, momentum: kept = 0.9 }: MomentumOptions = {}): Update => {
  requireRule('nesterov', { learningRate, shares: { momentum: kept } });
  return elementwiseUpdate({
    ...velocityRule(learningRate, kept),
    ahead: ({ parameter, slots: { velocity = fullLike(parameter, 0) }, rate }) =>
      subtract(parameter, multiply(multiply(velocity, kept), rate)),
  });
};
