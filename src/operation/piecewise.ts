/** Activation functions of straight pieces. At a kink the derivative is that of the piece on its left. */
import { requireNumber } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { less, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { relu } from './activation.js';
import { add, divide, maximum, minimum, multiply } from './arithmetic.js';

/**
 * x where it is positive, and `slope`·x where not.
 *
 * Source: A. Maas, A. Hannun, A. Ng, "Rectifier nonlinearities improve neural network acoustic models" (2013).
 *
 * @example
 * leakyRelu(tensor([-1, 0, 2]), 0.5); // [-0.5, 0, 2]
 */
export const leakyRelu = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  slope = 0.01,
): Tensor<S, D> => {
  requireNumber('leakyRelu', 'slope', slope, '(-∞, ∞)');
  return select(less(fullLike(x, 0), x), x, multiply(x, slope));
};

/**
 * min(max(0, x), 6); its derivative at 6 is 0.
 *
 * Source: A. Krizhevsky, "Convolutional deep belief networks on CIFAR-10" (2010).
 *
 * @example
 * relu6(tensor([-1, 3, 8])); // [0, 3, 6]
 */
export const relu6 = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  minimum(6, relu(x));

/**
 * x held between −1 and 1; its derivative at both ends is 0.
 *
 * @example
 * hardTanh(tensor([-2, 0.5, 2])); // [-1, 0.5, 1]
 */
export const hardTanh = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  maximum(-1, minimum(1, x));

/**
 * relu6(x + 3)/6: straight from 0 at −3 to 1 at 3, as in PyTorch and Keras 3.
 *
 * @example
 * hardSigmoid(tensor([-4, 0, 4])); // [0, 0.5, 1]
 */
export const hardSigmoid = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  // Held before 3 is added: beside a kink x + 3 may be rounded onto it
  divide(add(maximum(-3, minimum(3, x)), 3), 6);

/**
 * x·hardSigmoid(x)
 *
 * Source: A. Howard et al., "Searching for MobileNetV3" (arXiv 1905.02244).
 *
 * @example
 * hardSwish(tensor([-4, 3, 4])); // [0, 3, 4]
 */
export const hardSwish = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  // Held where the other factor is 0: 0·∞ is not 0
  multiply(maximum(x, -3), hardSigmoid(x));
