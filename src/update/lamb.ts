/** LAMB: Adam with a step for each tensor that is proportional to the norm of the tensor. */
import { add, divide, multiply, subtract } from '../operation/arithmetic.js';
import { scaledLength } from '../operation/norm.js';
import { and, less, select } from '../tensor/primitive/comparison.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import { type AdamwOptions, runningMean, weightOfMean } from './adam.js';
import { requireRule } from './options.js';
import { elementwiseUpdate, type Update } from './update.js';

export type LambOptions = Omit<AdamwOptions, 'amsgrad'>;

/**
 * LAMB: r = m̂/(√ŝ + ε) + λ·p, p′ = p − η·(|p|/|r|)·r with the norms of each tensor. If a norm is 0, the ratio is 1.
 *
 * Source: Y. You et al., "Large batch optimization for deep learning: training BERT in 76 minutes" (arXiv 1904.00962).
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: lamb({ learningRate: 2e-3 }) });
 */
export const lamb = ({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-6,
  weightDecay = 0.01,
}: LambOptions = {}): Update => {
  requireRule('lamb', { learningRate, shares: { beta1, beta2 }, epsilon, weightDecay });
  return elementwiseUpdate({
    learningRate,
    slots: ['mean', 'square'],
    scalars: { meanWeight: weightOfMean(beta1), squareWeight: weightOfMean(beta2) },
    move: ({ parameter, gradient, slots, rate, scalars }) => {
      const { mean = fullLike(parameter, 0), square = fullLike(parameter, 0) } = slots;
      const { meanWeight = scalar(1), squareWeight = scalar(1) } = scalars;
      const nextMean = runningMean(mean, gradient, beta1);
      const nextSquare = runningMean(square, multiply(gradient, gradient), beta2);
      const size = add(sqrt(divide(nextSquare, squareWeight)), epsilon);
      const step = add(divide(divide(nextMean, meanWeight), size), multiply(parameter, weightDecay));
      const long = scaledLength([parameter], parameter.dtype);
      const far = scaledLength([step], step.dtype);
      const [zero, one] = [fullLike(long.length, 0), fullLike(long.length, 1)];
      const both = and(less(zero, long.length), less(zero, far.length));
      // Never divides by a norm of 0, even where `select` ignores the result.
      const ratio = divide(divide(long.length, select(both, far.length, one)), long.scale);
      const scaled = multiply(step, select(both, far.scale, one));
      return {
        parameter: subtract(parameter, multiply(scaled, multiply(rate, select(both, ratio, one)))),
        slots: { mean: nextMean, square: nextSquare },
      };
    },
  });
};
