/** The mean squared error. */
import { multiply, subtract } from '../operation/arithmetic.js';
import { mean } from '../operation/reduce.js';
import { requireSame } from '../tensor/primitive/elementwise.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { loss, type Loss } from './loss.js';

/**
 * mean (y − t)² over all elements. Throws where the shapes differ.
 *
 * @example
 * learner({ model: dense(3, 1), loss: meanSquaredError(), update: sgd({ learningRate: 0.1 }) });
 */
export const meanSquaredError = <S extends Shape>(): Loss<Tensor<S>, Tensor<S>> =>
  loss((prediction, target) => {
    requireSame('meanSquaredError', prediction, target);
    const difference = subtract(prediction, target);
    return mean(multiply(difference, difference));
  });
