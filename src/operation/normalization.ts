/** Normalization: a tensor brought to mean 0 and variance 1 over some of its axes. */
import { withPullback } from '../autodiff/custom.js';
import { requireNumber } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import { reshape } from '../tensor/primitive/movement.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { slice } from '../tensor/primitive/slicing.js';
import { otherAxes, type Shape, without } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, divide, less, multiply, subtract } from './arithmetic.js';
import { axesOf } from './axes.js';
import { mean } from './reduce.js';

/** Mean and variance over axes; the variance is the mean of squared distances, divided by their number. */
export interface Moments<D extends FloatDType> {
  readonly mean: Tensor<Shape, D>;
  readonly variance: Tensor<Shape, D>;
}

/** Spreads what a reduction over these axes has left back along them. */
const spreadOver = <S extends Shape, D extends FloatDType>(
  reduced: Tensor<Shape, D>,
  shape: S,
  over: readonly number[],
): Tensor<S, D> => broadcast(reduced, shape, otherAxes(shape.length, over));

/**
 * Distances from the first element along these axes, and the first elements. Unlike distances from the mean they are
 * exactly 0 where all elements are equal, and have all their digits where elements are large and near each other.
 */
const fromFirst = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  over: readonly number[],
): { readonly first: Tensor<Shape, D>; readonly distance: Tensor<S, D> } => {
  const beginning = slice<D>(x, {
    start: x.shape.map(() => 0),
    stop: x.shape.map((size, axis) => (over.includes(axis) ? 1 : size)),
  });
  const first = reshape(beginning, without(x.shape, over));
  return { first, distance: subtract(x, spreadOver(first, x.shape, over)) };
};

/** x − mean, in two steps: the mean itself may be rounded by as much as elements differ. */
const centered = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  over: readonly number[],
): Tensor<S, D> => {
  const { distance } = fromFirst(x, over);
  return subtract(distance, spreadOver(mean(distance, over), x.shape, over));
};

/**
 * Mean and variance over axes, which the results no longer have. The variance is taken of distances from the
 * mean: the difference of two large numbers, the mean of squares and the square of the mean, would lose its digits.
 * Of equal numbers the mean is each of them, and the variance 0.
 *
 * @example
 * moments(tensor([[1, 3], [5, 5]]), [-1]).variance; // [1, 0]
 */
export const moments = <D extends FloatDType>(x: Tensor<Shape, D>, axes: readonly number[]): Moments<D> => {
  const over = axesOf('moments', x.shape, axes);
  const { first, distance } = fromFirst(x, over);
  const apart = centered(x, over);
  return { mean: add(first, mean(distance, over)), variance: mean(multiply(apart, apart), over) };
};

/**
 * (x − mean)/√(variance + ε), with what is known of some axes spread along them. Where the variance is 0 the result
 * is 0 and ε alone bounds the derivative.
 */
export const standardize = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  { mean: center, variance }: Moments<D>,
  axes: readonly number[],
  epsilon: number,
): Tensor<S, D> => {
  requireNumber('standardize', 'epsilon', epsilon, '[0, ∞)');
  const kept = otherAxes(x.shape.length, axesOf('standardize', x.shape, axes));
  const spread = (each: Tensor<Shape, D>): Tensor<S, D> => broadcast(each, x.shape, kept);
  const inverse = divide(1, sqrt(add(variance, epsilon)));
  return multiply(subtract(x, spread(center)), spread(inverse));
};

/** Squares beyond `large` are taken of numbers `shrunk`, so that they do not overflow; those below `small` of `grown` ones. */
const RANGE = {
  float32: { large: 2 ** 100, shrunk: 2 ** -90, small: 2 ** -60, grown: 2 ** 60 },
  float64: { large: 2 ** 900, shrunk: 2 ** -600, small: 2 ** -500, grown: 2 ** 500 },
} as const;

/** x·scale·inverse is x/√(mean x² + ε): `scale` is 1, or a power of 2 where squares would leave the range of floats. */
const byLength = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  over: readonly number[],
  epsilon: number,
): Readonly<Record<'scale' | 'inverse', Tensor<S, D>>> => {
  const { large, shrunk, small, grown } = RANGE[x.dtype];
  const squareOf = (by: number): Tensor<Shape, D> => {
    const scaled = multiply(x, by);
    const square = mean(multiply(scaled, scaled), over);
    const offset = epsilon * by * by;
    // Beside squares of large numbers ε is nothing that float32 holds.
    return (x.dtype === 'float32' ? Math.fround(offset) : offset) === 0 ? square : add(square, offset);
  };
  const plain = squareOf(1);
  const number = (value: number): Tensor<Shape, D> => fullLike(plain, value);
  const within = less<Shape, D>(plain, number(large));
  const upper = {
    square: select(within, plain, squareOf(shrunk)),
    scale: select(within, number(1), number(shrunk)),
  };
  const tiny = less<Shape, D>(plain, number(small));
  // An ε of usual size is not tiny, and neither is any sum with it.
  const { square, scale } =
    epsilon >= small
      ? upper
      : {
          square: select(tiny, squareOf(grown), upper.square),
          scale: select(tiny, number(grown), upper.scale),
        };
  return {
    scale: spreadOver(scale, x.shape, over),
    inverse: spreadOver(divide(1, sqrt(square)), x.shape, over),
  };
};

/** x, or its distance from its mean, brought to mean x² = 1 over axes. */
const normalized =
  (centers: boolean) =>
  <S extends Shape, D extends FloatDType>(
    x: Tensor<S, D>,
    over: readonly number[],
    epsilon: number,
  ): Tensor<S, D> => {
    const parts = (z: Tensor<S, D>) => {
      const apart = centers ? centered(z, over) : z;
      const { scale, inverse } = byLength(apart, over, epsilon);
      return { scale, inverse, y: multiply(multiply(apart, scale), inverse) };
    };
    const along = (each: Tensor<S, D>): Tensor<S, D> => spreadOver(mean(each, over), x.shape, over);
    return withPullback(
      (z: Tensor<S, D>) => parts(z).y,
      // y = (x − mean)/r ⇒ dx = (dy − mean dy − y·mean(y·dy))/r, without the means of x and dy where none is taken
      (z) => {
        const { scale, inverse, y } = parts(z);
        return (dy) => {
          const own = subtract(centers ? subtract(dy, along(dy)) : dy, multiply(y, along(multiply(y, dy))));
          return multiply(multiply(own, scale), inverse);
        };
      },
    )(x);
  };

/**
 * (x − mean)/√(variance + ε) over axes, mean and variance those of x itself. Where all numbers are equal the result is
 * exactly 0.
 */
export const standardizeOver = normalized(true);

const lengthNormalized = normalized(false);

/**
 * x/√(mean x² + ε) over axes: a row brought to the length that its size has, and not moved.
 *
 * Source: B. Zhang, R. Sennrich, "Root mean square layer normalization" (arXiv 1910.07467).
 */
export const rootMeanSquare = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  axes: readonly number[],
  epsilon: number,
): Tensor<S, D> => {
  requireNumber('rootMeanSquare', 'epsilon', epsilon, '[0, ∞)');
  const over = axesOf('rootMeanSquare', x.shape, axes);
  return lengthNormalized(x, over, epsilon);
};
