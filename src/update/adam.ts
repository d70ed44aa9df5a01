/** Adam: running means of gradients and of their squares, both freed of the bias of beginning at 0. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { sqrt } from '../tensor/primitive/exponential.js';
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
const runningMean = (before: Tensor, x: Tensor, beta: number): Tensor =>
  add(multiply(before, beta), multiply(x, 1 - beta));

/**
 * m′ = β₁m + (1 − β₁)g, s′ = β₂s + (1 − β₂)g², p′ = p − η·m̂/(√ŝ + ε) with m̂ = m′/(1 − β₁ᵗ), ŝ = s′/(1 − β₂ᵗ).
 * The powers of β are kept in the state.
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
      beta1Power: { initial: 1, next: (power) => multiply(power, beta1) },
      beta2Power: { initial: 1, next: (power) => multiply(power, beta2) },
    },
    move: ({ parameter, gradient, slots, rate, scalars }) => {
      const { mean = fullLike(parameter, 0), square = fullLike(parameter, 0) } = slots;
      const { beta1Power = scalar(0), beta2Power = scalar(0) } = scalars;
      const nextMean = runningMean(mean, gradient, beta1);
      const nextSquare = runningMean(square, multiply(gradient, gradient), beta2);
      const size = sqrt(divide(nextSquare, subtract(1, beta2Power)));
      const step = divide(multiply(divide(nextMean, subtract(1, beta1Power)), rate), add(size, epsilon));
      return {
        parameter: subtract(parameter, step),
        slots: { mean: nextMean, square: nextSquare },
      };
    },
  });
