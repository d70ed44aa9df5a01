/** NAdam: Adam with Nesterov momentum. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { requireNumber } from '../require.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import { runningMean, weightOfMean } from './adam.js';
import { requireRule } from './options.js';
import type { LearningRate } from './schedule.js';
import { elementwiseUpdate, type MovingScalar, type Update } from './update.js';

export interface NadamOptions {
  readonly learningRate?: LearningRate;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** The rate ψ at which the momentum approaches β₁, starting from half of it; default: 0.004. */
  readonly momentumDecay?: number;
}

/**
 * NAdam: μₜ = β₁(1 − ½·0.96^(t·ψ)), m and s as in Adam, and p′ = p − η·(μₜ₊₁·m′/(1 − Πμ up to t + 1) + (1 − μₜ)·g/(1 −
 * Πμ up to t))/(√ŝ + ε).
 *
 * Source: T. Dozat, "Incorporating Nesterov momentum into Adam" (2016), as in PyTorch.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: nadam({ learningRate: 2e-3 }) });
 */
export const nadam = ({
  learningRate = 2e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  momentumDecay = 4e-3,
}: NadamOptions = {}): Update => {
  requireRule('nadam', { learningRate, shares: { beta1, beta2 }, epsilon });
  requireNumber('nadam', 'momentumDecay', momentumDecay, '[0, ∞)');
  const fade = 0.96 ** momentumDecay;
  const momentumAfter = (power: Parameters<MovingScalar['next']>[0]) =>
    multiply(subtract(1, multiply(power, 0.5)), beta1);
  return elementwiseUpdate({
    learningRate,
    slots: ['mean', 'square'],
    scalars: {
      // 0.96^(t·ψ), and the product of the momenta so far
      power: { initial: 1, next: (power) => multiply(power, fade) },
      product: {
        initial: 1,
        next: (product, { power = scalar(1) }) => multiply(product, momentumAfter(power)),
      },
      squareWeight: weightOfMean(beta2),
    },
    move: ({ parameter, gradient, slots, rate, scalars }) => {
      const { mean = fullLike(parameter, 0), square = fullLike(parameter, 0) } = slots;
      const { power = scalar(1), product = scalar(1), squareWeight = scalar(1) } = scalars;
      const [now, next] = [momentumAfter(power), momentumAfter(multiply(power, fade))];
      const nextMean = runningMean(mean, gradient, beta1);
      const nextSquare = runningMean(square, multiply(gradient, gradient), beta2);
      const ahead = multiply(nextMean, divide(next, subtract(1, multiply(product, next))));
      const here = multiply(gradient, divide(subtract(1, now), subtract(1, product)));
      const size = add(sqrt(divide(nextSquare, squareWeight)), epsilon);
      return {
        parameter: subtract(parameter, divide(multiply(add(ahead, here), rate), size)),
        slots: { mean: nextMean, square: nextSquare },
      };
    },
  });
};
