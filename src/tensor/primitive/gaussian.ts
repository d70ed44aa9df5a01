/** The bell curve and the tail of the normal distribution, element by element, with all digits as far as they reach. */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { add, multiply, negate, subtract } from './arithmetic.js';
import { fullLike } from './constant.js';
import { withSlope } from './conversion.js';
import { approximated, typed } from './elementwise.js';
import { exp } from './exponential.js';
import { abs, floor, maximum, minimum, sign } from './magnitude.js';
import { apply } from './primitive.js';

/** From here on the bell curve is 0 in float64 as well. */
const GONE = 40;
/** The next multiple of 1/steps below, steps being a power of 2. */
export const onGrid = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, steps: number): Tensor<S, D> =>
  multiply(floor(multiply(x, fullLike(x, steps))), fullLike(x, 1 / steps));

/** Multiples of 1/GRID up to 16 have squares that float32 holds. */
const GRID = 256;

/**
 * x² as `square` and what that was rounded by, `lost`, of |x| below 16 in float32; and x on a grid, whose square is exact.
 */
export const exactSquare = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
): Readonly<Record<'square' | 'lost' | 'grid', Tensor<S, D>>> => {
  const square = multiply(x, x);
  const grid = onGrid(x, GRID);
  // x = g + r ⇒ x² = g² + r·(x + g)
  const rest = multiply(subtract(x, grid), add(x, grid));
  return { square, lost: add(subtract(multiply(grid, grid), square), rest), grid };
};

/**
 * e^(−k·x²) for a `power` k of 1 or ½. The square is rounded, which an exponential of it would multiply by the square
 * itself; so what it was rounded by is taken back.
 */
export const gaussian = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  power: 1 | 0.5,
): Tensor<S, D> => {
  const number = (value: number): Tensor<S, D> => fullLike(x, value);
  // Beyond it all is 0, and must not be 0·∞ in the slope.
  const held = minimum(maximum(x, number(-GONE)), number(GONE));
  const { square, lost } = exactSquare(held);
  const scaled = (value: Tensor<S, D>): Tensor<S, D> =>
    power === 1 ? value : multiply(value, number(power));
  const rounded = exp(negate(scaled(square)));
  // y = e^(−k·x²) ⇒ y′ = −2k·x·y
  return withSlope(subtract(rounded, multiply(rounded, scaled(lost))), x, (z) => {
    const inside = minimum(maximum(z, number(-GONE)), number(GONE));
    return multiply(multiply(inside, number(-2 * power)), gaussian(z, power));
  });
};

/**
 * Mills' ratio of the normal distribution in float64, Φ(−a)/φ(a) for a ≥ 0, to a few ulp: from √(π/2) at 0 it falls
 * like 1/a. A tail is the density times this, and has all its digits where 1 − Φ has none.
 *
 * The coefficients are a Chebyshev interpolation of Φ(−a)/(φ(a)·t) in t = 1/(1 + 0.3a), made for this with 50 digits.
 */
const millsRatio = (x: number): number => {
  // Highest first.
  const coefficients = [
    2.6728081438670632e-17, 1.7214784692776516e-17, -4.477389021662541e-16, 1.0693414958773223e-15,
    3.82662825225193e-15, -2.7819567551362378e-14, 1.433203436405076e-14, 4.275500582735323e-13,
    -1.3448036132578406e-12, -4.304247669822517e-12, 3.475261496588353e-11, 6.347154114987449e-12,
    -7.020271389227659e-10, 1.1402765367744957e-9, 1.3425077579486804e-8, -4.346118458521725e-8,
    -2.829655837590411e-7, 1.274090762627543e-6, 7.844873227267488e-6, -3.3255157317982106e-5,
    -3.160081879229263e-4, 3.420578934017199e-4, 0.01569706371449932, 0.11016292455330767,
    0.46126843846705423,
  ];
  const t = 1 / (1 + 0.3 * Math.abs(x));
  const y = 4 * t - 2;
  // Clenshaw's recurrence
  let [first, second] = [0, 0];
  for (const coefficient of coefficients) [first, second] = [coefficient + y * first - second, first];
  return t * (0.6661841095960604 + (y / 2) * first - second);
};

export const gaussianPrimitives = {
  mills: approximated({
    name: 'mills',
    cost: 24,
    of: millsRatio,
    domain: [0.25, 4],
    // y = Φ(−|x|)/φ(x) ⇒ dx = dy·sign x·(|x|·y − 1)
    partial: (dy, _, { inputs: [x], output: y }) =>
      x && multiply(dy, multiply(sign(x), subtract(multiply(abs(x), y), fullLike(x, 1)))),
  }),
};

/** Φ(−|x|)/φ(x), Mills' ratio of the normal distribution. */
export const mills = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  typed(apply(gaussianPrimitives.mills, {}, [x]));
