/** Adagrad: divides the step of each parameter by the root of the sum of its squared gradients. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { elementwiseUpdate, type Update } from './update.js';

export interface AdagradOptions {
  readonly learningRate?: LearningRate;
  readonly epsilon?: number;
}

/**
 * Adagrad: s′ = s + g², p′ = p − η·g/(√s′ + ε). With constant gradients the steps shrink as 1/√t.
 *
 * Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
 * optimization" (JMLR 12, 2011).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: adagrad({ learningRate: 0.01 }) });
 */
export const adagrad = ({ learningRate = 0.01, epsilon = 1e-10 }: AdagradOptions = {}): Update => {
  requireRule('adagrad', { learningRate, epsilon });
  return elementwiseUpdate({
    learningRate,
    slots: ['square'],
    move: ({ parameter, gradient, slots: { square = fullLike(parameter, 0) }, rate }) => {
      const next: Tensor = add(square, multiply(gradient, gradient));
      const step = divide(multiply(gradient, rate), add(sqrt(next), epsilon));
      return { parameter: subtract(parameter, step), slots: { square: next } };
    },
  });
};
