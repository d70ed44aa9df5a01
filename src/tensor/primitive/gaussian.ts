/** The bell curve and the tail of the normal distribution, element by element, with all digits as far as they reach. */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { add, multiply, negate, subtract } from './arithmetic.js';
import { fullLike } from './constant.js';
import { elementwise, typed } from './elementwise.js';
import { exp } from './exponential.js';
import { abs, floor, maximum, minimum, sign } from './magnitude.js';
import { millsRatio } from './mills-ratio.js';
import { apply } from './primitive.js';
import { withSlope } from './slope.js';

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

export const millsPrimitive = elementwise({
  name: 'mills',
  kind: 'float',
  evaluate: millsRatio,
  domain: [0.25, 4],
  // y = Φ(−|x|)/φ(x) ⇒ dx = dy·sign x·(|x|·y − 1)
  partial: (dy, _, { inputs: [x], output: y }) =>
    x && multiply(dy, multiply(sign(x), subtract(multiply(abs(x), y), fullLike(x, 1)))),
});

/** Φ(−|x|)/φ(x), Mills' ratio of the normal distribution. */
export const mills = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  typed(apply(millsPrimitive, {}, [x]));
