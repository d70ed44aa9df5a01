/** Reductions over axes: sums, means, extrema, and the stable logarithm of a sum of exponentials. */
import { required } from '../require.js';
import { add, divide, subtract } from './arithmetic.js';
import { withPullback } from '../autodiff/custom.js';
import { axesOf, axisOf } from './axes.js';
import { fail, showShape } from '../error.js';
import { type DType, type FloatDType, isFloat } from '../tensor/dtype.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { equal, not, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast, stopGradient } from '../tensor/primitive/conversion.js';
import { exp, log } from '../tensor/primitive/exponential.js';
import { requireKind, typed } from '../tensor/primitive/elementwise.js';
import * as extremum from '../tensor/primitive/extremum.js';
import { reshape, transpose } from '../tensor/primitive/movement.js';
import * as reduction from '../tensor/primitive/reduction.js';
import { type Scalar, type Shape, sizeOf, without, otherAxes } from '../tensor/shape.js';
import type { Reduced } from '../tensor/shape-rule.js';
import type { Tensor } from '../tensor/tensor.js';

/** A reduction over all axes to a single number, or over the axes named. */
export interface Reduction {
  <D extends DType>(x: Tensor<Shape, D>): Tensor<Scalar, D>;
  <S extends Shape, D extends DType, const Axes extends readonly number[]>(
    x: Tensor<S, D>,
    axes: Axes,
  ): Tensor<Reduced<S, Axes>, D>;
}

/** How many elements the axes have. Throws if there are none, of which nothing is the mean or the largest. */
const countOf = (operation: string, shape: Shape, axes: readonly number[]): number => {
  const count = sizeOf(axes.map((axis) => required(shape[axis], 'a size')));
  if (count === 0)
    fail({
      operation,
      what: 'of no elements',
      got: axes.length === 0 ? showShape(shape) : `${showShape(shape)} over axes ${showShape(axes)}`,
      needed: 'at least one element',
    });
  return count;
};

const overAxes =
  (
    name: string,
    f: <D extends DType>(x: Tensor<Shape, D>, axes: readonly number[]) => Tensor<Shape, D>,
  ): Reduction =>
  <D extends DType>(x: Tensor<Shape, D>, axes?: readonly number[]) =>
    // What is left is what the overloads state.
    f(x, axesOf(name, x.shape, axes)) as Tensor<never, D>;

/**
 * The sum over all axes, or over those named, which the result no longer has.
 *
 * @example
 * sum(tensor([[1, 2], [3, 4]]), [0]); // [4, 6]
 */
export const sum: Reduction = overAxes('sum', reduction.sum);

/** The mean of floats over all axes, or over those named. Throws if there is nothing to take the mean of. */
export const mean: Reduction = overAxes('mean', (x, axes) => {
  requireKind('mean', 'float', x.dtype);
  // Divided, not multiplied by 1/n, which is rounded: the mean of equal numbers would be another
  return divide(reduction.sum(x, axes), countOf('mean', x.shape, axes));
});

/** The largest element over all axes, or over those named; where several are, the first has the derivative. */
export const max: Reduction = overAxes('max', (x, axes) => {
  const kept = otherAxes(x.shape.length, axes);
  const rest = without(x.shape, axes);
  const last = countOf('max', x.shape, axes);
  return extremum.max(reshape(transpose(x, [...kept, ...axes]), [...rest, last]), kept.length);
});

/** Turns the order around, and is its own inverse; −1 − x of integers, which overflows for none. */
const reversed = <D extends DType>(x: Tensor<Shape, D>): Tensor<Shape, D> =>
  // −x and not 0 − x, which has no −0
  isFloat(x.dtype) ? negate(x) : subtract(fullLike(x, x.dtype === 'uint32' ? 2 ** 32 - 1 : -1), x);

/** The smallest element over all axes, or over those named; where several are, the first has the derivative. */
export const min: Reduction = overAxes('min', (x, axes) => reversed(max(reversed(x), axes)));

/** The index of the first largest element along an axis (the last unless one is named). */
export const argmax = <S extends Shape, const A extends number = -1>(
  x: Tensor<S, DType>,
  axis?: A,
): Tensor<Reduced<S, readonly [A]>, 'int32'> =>
  typed(extremum.argmax(x, axisOf('argmax', x.shape, axis ?? -1)));

/** Whether all elements hold. */
export const all = (x: Tensor<Shape, 'bool'>): Tensor<Scalar, 'bool'> => {
  const broken = sum(cast(not(x), 'int32'));
  return equal(broken, fullLike(broken, 0));
};

/** Spreads what a reduction over one axis left back along that axis. */
export const along = <S extends Shape, D extends DType>(
  reduced: Tensor<Shape, D>,
  shape: S,
  axis: number,
): Tensor<S, D> => reduction.broadcast(reduced, shape, otherAxes(shape.length, [axis]));

/** The largest element along an axis, held constant; 0 where all are −∞, so that x − peak is no NaN. */
const peak = <D extends FloatDType>(x: Tensor<Shape, D>, axis: number): Tensor<Shape, D> => {
  const largest = stopGradient(extremum.max(x, axis));
  const nothing = equal(largest, fullLike(largest, Number.NEGATIVE_INFINITY));
  return select(nothing, fullLike(largest, 0), largest);
};

/**
 * x − peak along an axis, and the peak: at most 0, and the largest elements exactly 0, infinite ones as well, which is
 * what they tend to.
 */
export const belowPeak = <S extends Shape, D extends FloatDType>(
  x: Tensor<S, D>,
  axis: number,
): { readonly below: Tensor<S, D>; readonly highest: Tensor<Shape, D> } => {
  const highest = peak(x, axis);
  const subtracted = withPullback(
    (z: Tensor<S, D>) => {
      const infinite = equal(z, fullLike(z, Number.POSITIVE_INFINITY));
      return select(infinite, fullLike(z, 0), subtract(z, along(highest, z.shape, axis)));
    },
    // y = x − constant ⇒ dx = dy
    () => (dy) => dy,
  );
  return { below: subtracted(x), highest };
};

/**
 * ln Σ eˣ along an axis (the last unless one is named), finite wherever the result is.
 *
 * @example
 * logSumExp(tensor([1e4, 1e4])); // 10000.693
 */
export const logSumExp = <S extends Shape, D extends FloatDType, const A extends number = -1>(
  x: Tensor<S, D>,
  axis?: A,
): Tensor<Reduced<S, readonly [A]>, D> => {
  const over = axisOf('logSumExp', x.shape, axis ?? -1);
  const { below, highest } = belowPeak(x, over);
  return typed(add(log(reduction.sum(exp(below), [over])), highest));
};
