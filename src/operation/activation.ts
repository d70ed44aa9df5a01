/** The activation functions, element by element. Values and gradients are finite over the float32 line. */
import { withPullback } from '../autodiff/custom.js';
import type { FloatDType } from '../tensor/dtype.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { less, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { exp, log1p } from '../tensor/primitive/exponential.js';
import { gaussian, mills } from '../tensor/primitive/gaussian.js';
import { abs } from '../tensor/primitive/magnitude.js';
import { sigmoid } from '../tensor/primitive/sigmoid.js';
import { withSlope } from '../tensor/primitive/conversion.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, maximum, minimum, multiply, subtract } from './arithmetic.js';

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
    (z) => (dy) => multiply(dy, sigmoid(z)),
  )(x);

/** ln σ(x) = −softplus(−x), finite over the whole line. */
export const logSigmoid: Activation = (x) => negate(softplus(negate(x)));

/** Beyond this the tail of the normal distribution is 0 in float64 as well. */
const TAIL = 40;

/** Φ(−a)·√(2π)/e^(−a²/2) for a = |x|, and e^(−a²/2): what gelu and its derivatives are made of. */
const tailOf = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => {
  const far = minimum(abs(x), TAIL);
  return { far, ratio: mills(far), bell: multiply(gaussian(x, 0.5), 1 / Math.sqrt(2 * Math.PI)) };
};

/** gelu″(x) = φ(x)·(2 − x²) */
const geluBend = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const { far, bell } = tailOf(x);
  return multiply(bell, subtract(2, multiply(far, far)));
};

/** gelu′(x) = Φ(x) + x·φ(x) */
const geluSlope = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const { far, ratio, bell } = tailOf(x);
  // On the left φ(x)·(M(|x|) − |x|), on the right 1 less that
  const left = multiply(bell, subtract(ratio, far));
  return withSlope(select(less(x, fullLike(x, 0)), left, subtract(1, left)), x, geluBend);
};

/**
 * x·Φ(x) with the normal distribution's Φ, exact, not its tanh approximation. It keeps its digits as far to the left as
 * there are numbers.
 *
 * Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units" (arXiv 1606.08415).
 *
 * @example
 * gelu(tensor([-1, 0, 1])); // [-0.15865526, 0, 0.8413447]
 */
export const gelu: Activation = (x) => {
  const { far, ratio, bell } = tailOf(x);
  // |x|·Φ(−|x|): what x loses on the right, and what there is on the left, where 1 + erf would cancel
  const lost = multiply(multiply(far, ratio), bell);
  return withSlope(select(less(x, fullLike(x, 0)), negate(lost), subtract(x, lost)), x, geluSlope);
};
