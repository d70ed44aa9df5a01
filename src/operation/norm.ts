/** Euclidean lengths that neither overflow nor underflow on the way. */
import { withPullback } from '../autodiff/custom.js';
import type { DType, FloatDType } from '../tensor/dtype.js';
import { equal, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { requireKind } from '../tensor/primitive/elementwise.js';
import { sqrt } from '../tensor/primitive/exponential.js';
import { broadcast, sum } from '../tensor/primitive/reduction.js';
import { otherAxes, range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, divide, less, multiply, subtract } from './arithmetic.js';
import { overAxes, type Reduction } from './reduce.js';

/** Sums of squares from `small` to `large` are taken as they are; others of numbers times a power of 2. */
const RANGE = {
  float32: { small: 2 ** -60, large: 2 ** 100, shrunk: 2 ** -90, grown: 2 ** 90 },
  float64: { small: 2 ** -500, large: 2 ** 900, shrunk: 2 ** -600, grown: 2 ** 600 },
} as const;

/** A length is length/scale; `scale`, a power of 2, times the numbers can be divided by `length`. */
export interface ScaledLength<D extends FloatDType> {
  readonly scale: Tensor<Shape, D>;
  readonly length: Tensor<Shape, D>;
}

/** √Σ x² of all numbers of some tensors, at least one, the sums added in their order; along `axes` or over all. */
export const scaledLength = <D extends FloatDType>(
  tensors: readonly Tensor<Shape, D>[],
  dtype: D,
  axes?: readonly number[],
): ScaledLength<D> => {
  const { small, large, shrunk, grown } = RANGE[dtype];
  const squares = (by: number): Tensor<Shape, D> =>
    tensors
      .map((x) => {
        const scaled = multiply(x, by);
        return sum(multiply(scaled, scaled), axes ?? range(x.shape.length));
      })
      .reduce((total, each) => add(total, each));
  // All three in one pass over the numbers; which of them counts is decided behind it.
  const [plain, few, many] = [squares(1), squares(shrunk), squares(grown)];
  const number = (value: number): Tensor<Shape, D> => fullLike(plain, value);
  const [tiny, within] = [less<Shape, D>(plain, number(small)), less<Shape, D>(plain, number(large))];
  const choose = (a: Tensor<Shape, D>, b: Tensor<Shape, D>, c: Tensor<Shape, D>): Tensor<Shape, D> =>
    select(tiny, a, select(within, b, c));
  const square = choose(many, plain, few);
  // The slope of a root at 0 is infinite: there the length is the number 0, whose slope is 0.
  const none = equal<Shape, D>(square, number(0));
  return {
    scale: choose(number(grown), number(1), number(shrunk)),
    length: select(none, number(0), sqrt(select(none, number(1), square))),
  };
};

/** The length itself, which may be no float any more. */
export const lengthOf = <D extends FloatDType>({ scale, length }: ScaledLength<D>): Tensor<Shape, D> =>
  divide(length, scale);

/** x/|x| over axes, also if |x| is not a float any more; 0 at 0, where it is constant. */
export const directionOf = <D extends FloatDType>(
  x: Tensor<Shape, D>,
  axes: readonly number[],
): Tensor<Shape, D> => {
  const spread = <E extends DType>(each: Tensor<Shape, E>): Tensor<Shape, E> =>
    broadcast(each, x.shape, otherAxes(x.shape.length, axes));
  const parts = (y: Tensor<Shape, D>) => {
    const scaled = scaledLength([y], y.dtype, axes);
    const isKnown = less<Shape, D>(fullLike(scaled.length, 0), scaled.length);
    // Nothing is divided by a length of 0, selected or not.
    const length = spread(select(isKnown, scaled.length, fullLike(scaled.length, 1)));
    const scale = spread(scaled.scale);
    return { unit: divide(multiply(y, scale), length), known: spread(isKnown), length, scale };
  };
  return withPullback(
    (y: Tensor<Shape, D>) => parts(y).unit,
    (y) => {
      const { unit, known, length, scale } = parts(y);
      // u = x/|x| ⇒ dx = (du − u·Σ u·du)/|x|: the part along u cancels before the division
      return (du) => {
        const across = subtract(du, multiply(unit, spread(sum(multiply(unit, du), axes))));
        return select(known, multiply(divide(across, length), scale), fullLike(y, 0));
      };
    },
  )(x);
};

const lengthOver = <D extends FloatDType>(x: Tensor<Shape, D>, axes: readonly number[]): Tensor<Shape, D> =>
  withPullback(
    (z: Tensor<Shape, D>) => lengthOf(scaledLength([z], z.dtype, axes)),
    // y = |x| ⇒ dx = dy·x/|x|, 0 at 0
    (z) => (dy) => multiply(directionOf(z, axes), broadcast(dy, z.shape, otherAxes(z.shape.length, axes))),
  )(x);

/**
 * The Euclidean length √Σ x² of floats over all axes, or over those named, which the result no longer has unless
 * `keepDims`; no square overflows on the way. Its derivative is x/|x|, and 0 where the length is 0, as PyTorch's. Throws
 * if an axis is not there, or if the dtype is not a float.
 *
 * @example
 * norm(tensor([[3, 4], [0, 2]]), [-1]); // [5, 2]
 */
export const norm: Reduction<FloatDType> = overAxes<FloatDType>('norm', (x, axes) => {
  requireKind('norm', 'float', x.dtype);
  return lengthOver(x, axes);
});
