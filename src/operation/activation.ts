/** The activation functions, element by element. Values and gradients are finite over the float32 line. */
import { withPullback } from '../autodiff/custom.js';
import type { FloatDType } from '../tensor/dtype.js';
import { abs } from '../tensor/primitive/magnitude.js';
import { exp, log1p } from '../tensor/primitive/exponential.js';
import { erf, logistic } from '../tensor/primitive/sigmoid.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, maximum, multiply } from './arithmetic.js';

type Activation = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<S, D>;

/**
 * max(0, x); its derivative at 0 is 0, and NaN stays NaN.
 *
 * @example
 * relu(tensor([-1, 0, 2])); // [0, 0, 2]
 */
export const relu: Activation = (x) => maximum(0, x);

/**
 * ln(1 + eˣ), finite over the whole line, with the derivative σ(x).
 *
 * @example
 * softplus(tensor([-1e4, 0, 1e4])); // [0, 0.6931472, 10000]
 */
export const softplus: Activation = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) =>
  withPullback(
    // max(x, 0) + ln(1 + e^−|x|): no exponential of a positive number
    (z: Tensor<S, D>) => add(maximum(0, z), log1p(exp(negate(abs(z))))),
    // y = softplus x ⇒ dx = dy·σ(x)
    (z) => (dy) => multiply(dy, logistic(z)),
  )(x);

/** ln σ(x) = −softplus(−x), finite over the whole line. */
export const logSigmoid: Activation = (x) => negate(softplus(negate(x)));

/**
 * x·Φ(x) with the normal distribution's Φ, exact, not its tanh approximation.
 *
 * Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units" (arXiv 1606.08415).
 *
 * @example
 * gelu(tensor([-1, 0, 1])); // [-0.15865526, 0, 0.8413447]
 */
export const gelu: Activation = (x) => multiply(multiply(x, 0.5), add(erf(multiply(x, Math.SQRT1_2)), 1));
