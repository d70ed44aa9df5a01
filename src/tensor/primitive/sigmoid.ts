/**
 * The sigmoids, element by element, and the error function. Their derivatives keep their relative accuracy
 * in both tails, where 1 − y² and y·(1 − y) would cancel to 0.
 */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { add, multiply, negate } from './arithmetic.js';
import { fullLike } from './constant.js';
import { approximated, typed } from './elementwise.js';
import { withSlope } from './conversion.js';
import { gaussian } from './gaussian.js';
import { apply } from './primitive.js';

const sigmoidOf = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
};

/**
 * erf in float64, to a few ulp, by the series whose terms are all of one sign and so never cancel:
 * erf x = 2/√π · e^(−x²) · Σₙ 2ⁿ·x²ⁿ⁺¹ / (1·3·5⋯(2n+1)).
 *
 * Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 7.1.6.
 */
const errorFunction = (x: number): number => {
  // From there on erf is 1 to the last bit of float64.
  if (Number.isNaN(x) || Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > Math.abs(total) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
};

export const sigmoidPrimitives = {
  tanh: approximated({
    name: 'tanh',
    cost: 20,
    of: Math.tanh,
    // y = tanh x ⇒ dx = dy·4σ(2x)σ(−2x)
    partial: (dy, _, { inputs: [x] }) => x && multiply(dy, tanhSlope(typed<Tensor>(x))),
  }),
  sigmoid: approximated({
    name: 'sigmoid',
    cost: 18,
    of: sigmoidOf,
    // y = σ(x) ⇒ dx = dy·σ(x)·σ(−x)
    partial: (dy, _, { inputs: [x] }) => x && multiply(dy, sigmoidSlope(typed<Tensor>(x))),
  }),
  erf: approximated({
    name: 'erf',
    cost: 30,
    of: errorFunction,
    // y = erf x ⇒ dx = dy·2/√π·e^(−x²)
    partial: (dy, _, { inputs: [x] }) =>
      x && multiply(dy, multiply(fullLike(x, 2 / Math.sqrt(Math.PI)), gaussian(typed<Tensor>(x), 1))),
  }),
};

type Unary = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<S, D>;

/** 1/(1 + e⁻ˣ) */
export const sigmoid: Unary = (x) => typed(apply(sigmoidPrimitives.sigmoid, {}, [x]));
export const tanh: Unary = (x) => typed(apply(sigmoidPrimitives.tanh, {}, [x]));
/** The error function 2/√π·∫₀ˣ e^(−t²) dt. */
export const erf: Unary = (x) => typed(apply(sigmoidPrimitives.erf, {}, [x]));

/** σ′(x) = σ(x)·σ(−x) */
export const sigmoidSlope: Unary = (x) =>
  // y = σ(x)·σ(−x) ⇒ y′ = −y·tanh(x/2), the difference σ(−x) − σ(x) without cancellation
  withSlope(multiply(sigmoid(x), sigmoid(negate(x))), x, (z) =>
    negate(multiply(sigmoidSlope(z), tanh(multiply(z, fullLike(z, 0.5))))),
  );

/** tanh′ x = 4·σ(2x)·σ(−2x) */
export const tanhSlope: Unary = (x) => {
  const twice = add(x, x);
  const product = multiply(sigmoid(twice), sigmoid(negate(twice)));
  // y = 1 − tanh² x ⇒ y′ = −2y·tanh x
  return withSlope(multiply(product, fullLike(x, 4)), x, (z) =>
    multiply(multiply(tanhSlope(z), tanh(z)), fullLike(z, -2)),
  );
};
