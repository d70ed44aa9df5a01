/** Smooth activation functions beside relu's kin. Values and gradients are finite over the float32 line. */
import { requireNumber } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { less, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { exp, expm1 } from '../tensor/primitive/exponential.js';
import { abs, sign } from '../tensor/primitive/magnitude.js';
import { sigmoid, sigmoidSlope, tanh } from '../tensor/primitive/sigmoid.js';
import { slice } from '../tensor/primitive/slicing.js';
import { withSlope } from '../tensor/primitive/conversion.js';
import { fail, showShape } from '../error.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, divide, maximum, minimum, multiply, subtract } from './arithmetic.js';

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

/** Beyond this e^(−|x|) is 0 in float64 as well: factors of 0 are held to it, since 0·∞ is not 0. */
const SATURATED = 800;

/** x held between −limit and limit. */
const clamped = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, limit: number): Tensor<S, D> =>
  maximum(-limit, minimum(limit, x));

/** silu″(x) = σ′(x)·(2 − x·tanh(x/2)) */
const siluBend = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  multiply(sigmoidSlope(x), subtract(2, multiply(clamped(x, SATURATED), tanh(multiply(x, 0.5)))));

/** silu′(x) = σ(x)·(1 + x·σ(−x)) */
const siluSlope = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const inner = add(multiply(clamped(x, SATURATED), sigmoid(negate(x))), 1);
  return withSlope(multiply(sigmoid(x), inner), x, siluBend);
};

/**
 * x·σ(x), also called swish.
 *
 * Source: S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-weighted linear units" (arXiv 1702.03118).
 *
 * @example
 * silu(tensor([-1, 0, 1])); // [-0.26894143, 0, 0.7310586]
 */
export const silu = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  withSlope(multiply(maximum(x, -SATURATED), sigmoid(x)), x, siluSlope);

/**
 * g = tanh(ln(1 + eˣ)), its derivative g′, and g″/g′. With w = eˣ these are n/(n + 2) for n = w² + 2w,
 * 4w(w + 1)/(n + 2)² and (2w + 1)/(w + 1) − 4w(w + 1)/(n + 2); where x > 0 all is divided by powers of w, so that no
 * exponential is of a positive number.
 */
const mishGate = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => {
  const e = exp(negate(abs(x)));
  const left = less(x, fullLike(x, 0));
  const square = multiply(e, e);
  const twice = multiply(e, 2);
  const numerator = select(left, add(square, twice), add(twice, 1));
  const denominator = add(numerator, select(left, fullLike(x, 2), multiply(square, 2)));
  const next = add(e, 1);
  return {
    gate: divide(numerator, denominator),
    slope: (): Tensor<S, D> => {
      const over = divide(multiply(select(left, e, square), 4), multiply(denominator, denominator));
      return multiply(over, next);
    },
    bend: (): Tensor<S, D> => {
      const first = divide(add(select(left, twice, e), select(left, fullLike(x, 1), fullLike(x, 2))), next);
      const second = divide(multiply(multiply(select(left, e, fullLike(x, 1)), next), 4), denominator);
      return subtract(first, second);
    },
  };
};

/** mish″ = g′·(2 + x·g″/g′) */
const mishBend = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const { slope, bend } = mishGate(x);
  return multiply(slope(), add(multiply(clamped(x, SATURATED), bend()), 2));
};

/** mish′ = g + x·g′ */
const mishSlope = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const { gate, slope } = mishGate(x);
  return withSlope(add(gate, multiply(clamped(x, SATURATED), slope())), x, mishBend);
};

/**
 * x·tanh(softplus(x))
 *
 * Source: D. Misra, "Mish: a self regularized non-monotonic activation function" (arXiv 1908.08681).
 *
 * @example
 * mish(tensor([-1, 0, 1])); // [-0.30340147, 0, 0.86509836]
 */
export const mish = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  withSlope(multiply(maximum(x, -SATURATED), mishGate(x).gate), x, mishSlope);

/** From here on 1 + |x| is |x|, in float64 too. */
const ROUNDED_AWAY = 2 ** 60;

/** softsign′(x) = 1/(1 + |x|)²; the composed difference of two quotients cancels in the tails */
const softsignSlope = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const r = divide(1, add(abs(x), 1));
  // y = r² ⇒ y′ = −2·sign x·r³
  return withSlope(multiply(r, r), x, (z) => {
    const s = divide(1, add(abs(z), 1));
    return multiply(multiply(multiply(sign(z), -2), s), multiply(s, s));
  });
};

/**
 * x/(1 + |x|)
 *
 * Source: J. Bergstra et al., "Quadratic polynomials learn better image features" (2009).
 *
 * @example
 * softsign(tensor([-1, 0, 3])); // [-0.5, 0, 0.75]
 */
export const softsign = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const held = clamped(x, ROUNDED_AWAY);
  return withSlope(divide(held, add(abs(held), 1)), x, softsignSlope);
};

/**
 * a·σ(b), where a and b are the halves of the last axis: `[…, 2n]` to `[…, n]`. Throws if it has an odd size.
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
      what: 'the last axis has an odd size',
      got: showShape(shape),
      needed: 'an even size',
    });
  const part = (start: number, stop: number): Tensor<Shape, D> =>
    slice(x, {
      start: shape.map((_, axis) => (axis === shape.length - 1 ? start : 0)),
      stop: [...shape.slice(0, -1), stop],
    });
  return multiply(part(0, size / 2), sigmoid(part(size / 2, size)));
};
