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
import { exp } from './exponential.js';
import { maximum, minimum } from './magnitude.js';
import { apply } from './primitive.js';

const logisticOf = (x: number): number => {
  const e = Math.exp(-Math.abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
};

export const logisticPrimitive = elementwise({
  name: 'logistic',
  kind: 'float',
  evaluate: logisticOf,
  // y = σ(x) ⇒ dx = dy·σ(x)·σ(−x)
  partial: (dy, _, { inputs: [x], output: y }) =>
    x && multiply(dy, multiply(y, logistic(negate(typed<Tensor>(x))))),
});

export const tanhPrimitive = elementwise({
  name: 'tanh',
  kind: 'float',
  evaluate: Math.tanh,
  // y = tanh x ⇒ dx = dy·4σ(2x)σ(−2x)
  partial: (dy, _, { inputs: [x] }) => {
    if (x === undefined) return undefined;
    const twice = typed<Tensor>(add(x, x));
    const slope = multiply(logistic(twice), logistic(negate(twice)));
    return multiply(dy, multiply(fullLike(x, 4), slope));
  },
});

export const erfPrimitive = elementwise({
  name: 'erf',
  kind: 'float',
  evaluate: errorFunction,
  // y = erf x ⇒ dx = dy·2/√π·e^(−x²)
  partial: (dy, _, { inputs: [x] }) => {
    if (x === undefined) return undefined;
    // From 30 on e^(−x²) is 0 also in float64, and its own derivative must not meet 0·∞.
    const held = minimum(maximum(x, fullLike(x, -30)), fullLike(x, 30));
    const bell = exp(negate(typed<Tensor>(multiply(held, held))));
    return multiply(dy, multiply(fullLike(x, 2 / Math.sqrt(Math.PI)), bell));
  },
});

type Unary = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<S, D>;

/** 1/(1 + e⁻ˣ) */
export const logistic: Unary = (x) => typed(apply(logisticPrimitive, {}, [x]));
export const tanh: Unary = (x) => typed(apply(tanhPrimitive, {}, [x]));
/** The error function 2/√π·∫₀ˣ e^(−t²) dt. */
export const erf: Unary = (x) => typed(apply(erfPrimitive, {}, [x]));
