/** Smooth activation functions beside relu's kin. Values and gradients are finite over the float32 line. */
import { withPullback } from '../autodiff/custom.js';
import { requireNumber } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { less, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { expm1 } from '../tensor/primitive/exponential.js';
import { abs } from '../tensor/primitive/magnitude.js';
import { logistic, tanh } from '../tensor/primitive/sigmoid.js';
import { slice } from '../tensor/primitive/slicing.js';
import { fail, showShape } from '../error.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { softplus } from './activation.js';
import { add, divide, maximum, minimum, multiply } from './arithmetic.js';

/**
 * x where it is positive, α·(e^(x/α) − 1) where not; its slope at 0 is 1 for every α.
 *
 * Source: J. Barron, "Continuously differentiable exponential linear units" (arXiv 1704.07483).
 *
 * @example
 * celu(tensor([-1, 0, 2]), 1); // [-0.63212055, 0, 2]
 */
export const celu = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, alpha = 1): Tensor<S, D> => {
  requireNumber('celu', 'alpha', alpha, '(0, ∞)');
  // No exponential of a positive number: what is not chosen must be finite as well.
  return select(less(fullLike(x, 0), x), x, multiply(expm1(divide(minimum(x, 0), alpha)), alpha));
};

/**
 * x where it is positive, α·(eˣ − 1) where not; at 0 its derivative is α.
 *
 * Source: D. Clevert, T. Unterthiner, S. Hochreiter, "Fast and accurate deep network learning by exponential
 * linear units" (arXiv 1511.07289).
 *
 * @example
 * elu(tensor([-1, 0, 2])); // [-0.63212055, 0, 2]
 */
export const elu = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, alpha = 1): Tensor<S, D> => {
  requireNumber('elu', 'alpha', alpha, '(-∞, ∞)');
  return select(less(fullLike(x, 0), x), x, multiply(expm1(minimum(x, 0)), alpha));
};

/** The fixed point of mean 0 and variance 1 under `selu`, to the digits that its authors print. */
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 } as const;

/**
 * λ·elu(x, α) with the constants that keep mean 0 and variance 1 from layer to layer.
 *
 * Source: G. Klambauer et al., "Self-normalizing neural networks" (arXiv 1706.02515).
 *
 * @example
 * selu(tensor([-1, 0, 1])); // [-1.1113307, 0, 1.050701]
 */
export const selu = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  multiply(elu(x, SELU.alpha), SELU.scale);

/**
 * x·σ(x), also called swish.
 *
 * Source: S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-weighted linear units" (arXiv 1702.03118).
 *
 * @example
 * silu(tensor([-1, 0, 1])); // [-0.26894143, 0, 0.7310586]
 */
export const silu = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  multiply(x, logistic(x));

/**
 * x·tanh(softplus(x))
 *
 * Source: D. Misra, "Mish: a self regularized non-monotonic activation function" (arXiv 1908.08681).
 *
 * @example
 * mish(tensor([-1, 0, 1])); // [-0.30340147, 0, 0.86509836]
 */
export const mish = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  multiply(x, tanh(softplus(x)));

/**
 * x/(1 + |x|)
 *
 * Source: J. Bergstra et al., "Quadratic polynomials learn better image features" (2009).
 *
 * @example
 * softsign(tensor([-1, 0, 3])); // [-0.5, 0, 0.75]
 */
export const softsign = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  withPullback(
    (z: Tensor<S, D>) => divide(z, add(abs(z), 1)),
    // y = x/(1 + |x|) ⇒ dx = dy/(1 + |x|)²; the composed difference of two quotients cancels in the tails
    (z) => {
      const r = divide(1, add(abs(z), 1));
      return (dy) => multiply(dy, multiply(r, r));
    },
  )(x);

/** Beyond this tanh in the approximation of gelu is ±1 in float64 as well. */
const SATURATED = 8;

/**
 * x/2·(1 + tanh(√(2/π)·(x + 0.044715x³))), the approximation of `gelu` in older models.
 *
 * Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units" (arXiv 1606.08415).
 *
 * @example
 * geluTanh(tensor([-1, 0, 1])); // [-0.15880801, 0, 0.841192]
 */
export const geluTanh = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  // The cube of a large number would overflow where tanh is long flat.
  const z = maximum(-SATURATED, minimum(SATURATED, x));
  const cubic = add(z, multiply(multiply(multiply(z, z), z), 0.044715));
  return multiply(multiply(x, 0.5), add(tanh(multiply(cubic, Math.sqrt(2 / Math.PI))), 1));
};

/**
 * a·σ(b), where a and b are the halves of the last axis: `[…, 2n]` to `[…, n]`. Throws where it has an odd size.
 *
 * Source: Y. Dauphin et al., "Language modeling with gated convolutional networks" (arXiv 1612.08083).
 *
 * @example
 * glu(tensor([[4, 0]])); // [[2]]
 */
export const glu = <D extends FloatDType>(x: Tensor<Shape, D>): Tensor<Shape, D> => {
  const { shape } = x;
  const size = shape.at(-1) ?? 1;
  if (size % 2 === 1)
    fail({
      operation: 'glu',
      what: 'a last axis that has no halves',
      got: showShape(shape),
      needed: 'an even size',
    });
  const part = (start: number, stop: number): Tensor<Shape, D> =>
    slice(x, {
      start: shape.map((_, axis) => (axis === shape.length - 1 ? start : 0)),
      stop: [...shape.slice(0, -1), stop],
    });
  return multiply(part(0, size / 2), logistic(part(size / 2, size)));
};
