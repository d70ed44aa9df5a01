/** Element-wise functions whose derivative is a function of its own, in the form that keeps its digits. */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { multiply } from './arithmetic.js';
import { custom } from './conversion.js';
import { typed } from './elementwise.js';

/**
 * y, a function of x element by element, whose derivative is `slope(x)`. A cotangent meets the slope as a whole: parts of
 * one may overflow, or be 0·∞, where it is a number.
 */
export const withSlope = <S extends Shape, D extends FloatDType>(
  y: Tensor<S, D>,
  x: Tensor<S, D>,
  slope: (x: Tensor<S, D>) => Tensor<S, D>,
): Tensor<S, D> =>
  // y = f(x) ⇒ dx = dy·f′(x)
  custom(y, [x], ([z = x], dy) => [multiply(dy, slope(typed(z)))]);
