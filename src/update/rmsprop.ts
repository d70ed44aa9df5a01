/** RMSprop: divides the step of each parameter by the root of a running mean of its squared gradients. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { elementwiseUpdate, type Update } from './update.js';

export interface RmspropOptions {
  readonly learningRate?: LearningRate;
  /** The decay rate of the running mean of squared gradients. */
  readonly smoothing?: number;
  readonly epsilon?: number;
}

/**
 * RMSprop: s′ = ρ·s + (1 − ρ)·g², p′ = p − η·g/(√s′ + ε).
 *
 * Source: T. Tieleman, G. Hinton, "Lecture 6.5: rmsprop" (Neural Networks for Machine Learning, 2012).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: rmsprop({ learningRate: 1e-3 }) });
 */
export const rmsprop = ({
  learningRate = 1e-3,
  smoothing = 0.9,
  epsilon = 1e-7,
}: RmspropOptions = {}): Update => {
  requireRule('rmsprop', { learningRate, shares: { smoothing }, epsilon });
  return elementwiseUpdate({
    learningRate,
    slots: ['square'],
    move: ({ parameter, gradient, slots: { square = fullLike(parameter, 0) }, rate }) => {
      const next: Tensor = add(
        multiply(square, smoothing),
        multiply(multiply(gradient, gradient), 1 - smoothing),
      );
      const step = divide(multiply(gradient, rate), add(sqrt(next), epsilon));
      return { parameter: subtract(parameter, step), slots: { square: next } };
    },
  });
};
