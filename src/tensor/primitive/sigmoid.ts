/**
 * The sigmoids, element by element, and the error function. Their derivatives keep their relative accuracy
 * in both tails, where 1 − y² and y·(1 − y) would cancel to 0.
 */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { add, multiply, negate } from './arithmetic.js';
import { fullLike } from './constant.js';
import { elementwise, typed } from './elementwise.js';
import { errorFunction } from './error-function.js';
import { gaussian } from './gaussian.js';
import { apply } from './primitive.js';
import { withSlope } from './slope.js';

const sigmoidOf = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
};

export const sigmoidPrimitive = elementwise({
  name: 'sigmoid',
  kind: 'float',
  evaluate: sigmoidOf,
  // y = σ(x) ⇒ dx = dy·σ(x)·σ(−x)
  partial: (dy, _, { inputs: [x] }) => x && multiply(dy, sigmoidSlope(typed<Tensor>(x))),
});

export const tanhPrimitive = elementwise({
  name: 'tanh',
  kind: 'float',
  evaluate: Math.tanh,
  // y = tanh x ⇒ dx = dy·4σ(2x)σ(−2x)
  partial: (dy, _, { inputs: [x] }) => x && multiply(dy, tanhSlope(typed<Tensor>(x))),
});

export const erfPrimitive = elementwise({
  name: 'erf',
  kind: 'float',
  evaluate: errorFunction,
  // y = erf x ⇒ dx = dy·2/√π·e^(−x²)
  partial: (dy, _, { inputs: [x] }) =>
    x && multiply(dy, multiply(fullLike(x, 2 / Math.sqrt(Math.PI)), gaussian(typed<Tensor>(x), 1))),
});

type Unary = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<S, D>;

/** 1/(1 + e⁻ˣ) */
export const sigmoid: Unary = (x) => typed(apply(sigmoidPrimitive, {}, [x]));
export const tanh: Unary = (x) => typed(apply(tanhPrimitive, {}, [x]));
/** The error function 2/√π·∫₀ˣ e^(−t²) dt. */
export const erf: Unary = (x) => typed(apply(erfPrimitive, {}, [x]));

/** σ′(x) = σ(x)·σ(−x) */
export const sigmoidSlope = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  // y = σ(x)·σ(−x) ⇒ y′ = −y·tanh(x/2), the difference σ(−x) − σ(x) without cancellation
  withSlope(multiply(sigmoid(x), sigmoid(negate(x))), x, (z) =>
    negate(multiply(sigmoidSlope(z), tanh(multiply(z, fullLike(z, 0.5))))),
  );

/** tanh′ x = 4·σ(2x)·σ(−2x) */
export const tanhSlope = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const twice = add(x, x);
  const product = multiply(sigmoid(twice), sigmoid(negate(twice)));
  // y = 1 − tanh² x ⇒ y′ = −2y·tanh x
  return withSlope(multiply(product, fullLike(x, 4)), x, (z) =>
    multiply(multiply(tanhSlope(z), tanh(z)), fullLike(z, -2)),
  );
};
