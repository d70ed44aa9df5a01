/** Adam: running means of gradients and of their squares, both freed of the bias of beginning at 0. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { LearningRate } from './schedule.js';
import { elementwiseUpdate, type Update } from './update.js';

export interface AdamOptions {
  readonly learningRate?: LearningRate;
  /** How much of the mean of gradients is left after a step. */
  readonly beta1?: number;
  /** How much of the mean of squares is left after a step. */
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** m′ = β·m + (1 − β)·x */
const runningMean = <S extends Shape>(before: Tensor<S>, x: Tensor<S>, beta: number): Tensor<S> =>
  add(multiply(before, beta), multiply(x, 1 - beta));

/**
 * m′ = β₁m + (1 − β₁)g, s′ = β₂s + (1 − β₂)g², p′ = p − η·m̂/(√ŝ + ε) with m̂ = m′/(1 − β₁ᵗ), ŝ = s′/(1 − β₂ᵗ).
 * The sums of weights 1 − βᵗ are kept in the state, as running means of ones: a power of β taken from 1 would lose
 * the digits that both share, three of seven at the first step with β = 0.999.
 *
 * Source: D. Kingma, J. Ba, "Adam: a method for stochastic optimization" (arXiv 1412.6980).
 *
 * @example
 * learner({ model, loss, update: adam({ learningRate: 1e-3 }) });
 */
export const adam = ({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
}: AdamOptions = {}): Update =>
  elementwiseUpdate({
    learningRate,
    slots: ['mean', 'square'],
    scalars: {
      meanWeight: { initial: 0, next: (weight) => runningMean(weight, scalar(1), beta1) },
      squareWeight: { initial: 0, next: (weight) => runningMean(weight, scalar(1), beta2) },
    },
    move: ({ parameter, gradient, slots, rate, scalars }) => {
      const { mean = fullLike(parameter, 0), square = fullLike(parameter, 0) } = slots;
      const { meanWeight = scalar(1), squareWeight = scalar(1) } = scalars;
      const nextMean = runningMean(mean, gradient, beta1);
      const nextSquare = runningMean(square, multiply(gradient, gradient), beta2);
      const size = sqrt(divide(nextSquare, squareWeight));
      const step = divide(multiply(divide(nextMean, meanWeight), rate), add(size, epsilon));
      return {
        parameter: subtract(parameter, step),
        slots: { mean: nextMean, square: nextSquare },
      };
    },
  });
