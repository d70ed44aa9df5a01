/** Reductions over axes: sums, means, products, extrema, whether bools hold, and the stable logarithm of a sum of exponentials. */
import { withPullback } from '../autodiff/custom.js';
import { fail, showShape } from '../error.js';
import { requireBoolean, required } from '../require.js';
import { type DType, type FloatDType, isFloat } from '../tensor/dtype.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { equal, less, not, select } from '../tensor/primitive/comparison.js';
import { fullLike, scalarFor } from '../tensor/primitive/constant.js';
import { cast, stopGradient } from '../tensor/primitive/conversion.js';
import { exp, log } from '../tensor/primitive/exponential.js';
import { requireKind, typed } from '../tensor/primitive/elementwise.js';
import * as extremum from '../tensor/primitive/extremum.js';
import { reshape, transpose } from '../tensor/primitive/movement.js';
import * as reduction from '../tensor/primitive/reduction.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import { type Scalar, type Shape, sizeOf, without, otherAxes } from '../tensor/shape.js';
import type { Reduced } from '../tensor/shape-rule.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, divide, multiply, subtract } from './arithmetic.js';
import { axesOf, axisOf } from './axes.js';

/** Of a reduction: whether the axes stay, with size 1; they go unless it says so. */
export interface ReductionOptions<Keep extends boolean = boolean> {
  readonly keepDims?: Keep;
}

/** A reduction over all axes to a single number, or over the axes named; negative axes count from the last. */
export interface Reduction<K extends DType = DType> {
  <D extends K>(x: Tensor<Shape, D>): Tensor<Scalar, D>;
  <
    S extends Shape,
    D extends K,
    const Axes extends readonly number[] | undefined,
    Keep extends boolean = false,
  >(
    x: Tensor<S, D>,
    axes: Axes,
    options?: ReductionOptions<Keep>,
  ): Tensor<Reduced<S, Axes, Keep>, D>;
}

/** How many elements the axes have. Throws if there are none, of which nothing is the mean or the largest. */
const countOf = (operation: string, shape: Shape, axes: readonly number[]): number => {
  const count = sizeOf(axes.map((axis) => required(shape[axis], 'a size')));
  if (count === 0)
    fail({
      operation,
      what: 'there are no elements',
      got: axes.length === 0 ? showShape(shape) : `${showShape(shape)} over axes ${showShape(axes)}`,
      needed: 'at least one element',
    });
  return count;
};

/** What is left of a shape over these axes, with size 1 along them if they are kept. */
const keeping = <D extends DType>(
  operation: string,
  reduced: Tensor<Shape, D>,
  { shape, over }: { readonly shape: Shape; readonly over: readonly number[] },
  { keepDims = false }: ReductionOptions = {},
): Tensor<Shape, D> =>
  requireBoolean(operation, 'keepDims', keepDims)
    ? reshape(
        reduced,
        shape.map((size, axis) => (over.includes(axis) ? 1 : size)),
      )
    : reduced;

/** A reduction of a function of a tensor and axes counted from the front, in order. */
export const overAxes =
  <K extends DType = DType>(
    name: string,
    f: <D extends K>(x: Tensor<Shape, D>, axes: readonly number[]) => Tensor<Shape, D>,
  ): Reduction<K> =>
  <D extends K>(x: Tensor<Shape, D>, axes?: readonly number[], options?: ReductionOptions) => {
    const over = axesOf(name, x.shape, axes);
    // What is left is what the overloads state.
    return keeping(name, f(x, over), { shape: x.shape, over }, options) as Tensor<never, D>;
  };

/**
 * The sum over all axes, or over those named, which the result no longer has unless `keepDims`; of no numbers it is 0.
 * Throws if an axis is not there, or if the dtype is bool.
 *
 * @example
 * sum(tensor([[1, 2], [3, 4]]), [0]); // [4, 6]
 * sum(tensor([[1, 2], [3, 4]]), [-1], { keepDims: true }); // [[3], [7]]
 */
export const sum: Reduction = overAxes('sum', reduction.sum);

/**
 * The mean of floats over all axes, or over those named, which the result no longer has unless `keepDims`. Throws if
 * there is nothing to take the mean of.
 *
 * @example
 * mean(tensor([[1, 2], [3, 5]]), [-1]); // [1.5, 4]
 */
export const mean: Reduction = overAxes('mean', (x, axes) => {
  requireKind('mean', 'float', x.dtype);
  // Divided, not multiplied by 1/n, which is rounded: the mean of equal numbers would be another
  return divide(reduction.sum(x, axes), countOf('mean', x.shape, axes));
});

/** The product along an axis, which has size 1 then: the first half times the second, until one is left. */
const productAlong = <D extends DType>(x: Tensor<Shape, D>, axis: number): Tensor<Shape, D> => {
  const size = x.shape[axis] ?? 1;
  const part = (from: number, to: number): Tensor<Shape, D> =>
    slice(x, {
      start: x.shape.map((_, each) => (each === axis ? from : 0)),
      stop: x.shape.with(axis, to),
    });
  if (size === 1) return x;
  if (size === 0) return reduction.broadcast(scalarFor('product', 1, x.dtype), x.shape.with(axis, 1), []);
  const half = Math.floor(size / 2);
  const halved = multiply(part(0, half), part(half, 2 * half));
  return productAlong(size % 2 === 0 ? halved : concat([halved, part(2 * half, size)], axis), axis);
};

/**
 * The product over all axes, or over those named, which the result no longer has unless `keepDims`; of no numbers it is
 * 1. Its derivative is the product of the others, also where numbers are 0. Throws if an axis is not there, or if the
 * dtype is bool.
 *
 * @example
 * product(tensor([[1, 2], [3, 4]]), [0]); // [3, 8]
 */
export const product: Reduction = overAxes('product', (x, axes) => {
  requireKind('product', 'number', x.dtype);
  // No division: where a number is 0, y/x would be 0/0.
  return reshape(axes.reduce(productAlong, x), without(x.shape, axes));
});

/**
 * The largest element over all axes, or over those named, which the result no longer has unless `keepDims`; where
 * several are, the first has the derivative. NaN counts as the largest. Throws if there is no element.
 *
 * @example
 * max(tensor([[1, 4], [3, 2]]), [-1]); // [4, 3]
 */
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

/**
 * The smallest element over all axes, or over those named, which the result no longer has unless `keepDims`; where
 * several are, the first has the derivative. NaN counts as the smallest. Throws if there is no element.
 *
 * @example
 * min(tensor([[1, 4], [3, 2]]), [-1]); // [1, 2]
 */
export const min: Reduction = overAxes('min', (x, axes) => {
  requireKind('min', 'number', x.dtype);
  countOf('min', x.shape, axes);
  return reversed(max(reversed(x), axes));
});

/** The index of an element along an axis, the last unless one is named. */
export type IndexReduction = <S extends Shape, const A extends number = -1, Keep extends boolean = false>(
  x: Tensor<S, DType>,
  axis?: A,
  options?: ReductionOptions<Keep>,
) => Tensor<Reduced<S, readonly [A], Keep>, 'int32'>;

const indexAlong =
  (name: string, f: (x: Tensor<Shape, DType>, axis: number) => Tensor<Shape, 'int32'>): IndexReduction =>
  (x, axis, options) => {
    const over = axisOf(name, x.shape, axis ?? -1);
    requireKind(name, 'number', x.dtype);
    countOf(name, x.shape, [over]);
    return typed(keeping(name, f(x, over), { shape: x.shape, over: [over] }, options));
  };

/**
 * The index of the first largest element along an axis (the last unless one is named), int32; NaN counts as the
 * largest. Throws if the axis is not there or has no element.
 *
 * @example
 * argmax(tensor([[1, 4], [3, 2]])); // [1, 0]
 */
export const argmax: IndexReduction = indexAlong('argmax', extremum.argmax);

/**
 * The index of the first smallest element along an axis (the last unless one is named), int32; NaN counts as the
 * smallest. Throws if the axis is not there or has no element.
 *
 * @example
 * argmin(tensor([[1, 4], [3, 2]])); // [0, 1]
 */
export const argmin: IndexReduction = indexAlong('argmin', (x, axis) => extremum.argmax(reversed(x), axis));

/**
 * Whether any of the bools is true, over all axes or over those named, which the result no longer has unless
 * `keepDims`; of none it is false. Throws if an axis is not there.
 *
 * @example
 * any(greater(tensor([[1, 4], [3, 2]]), 3), [-1]); // [1, 0]
 */
export const any: Reduction<'bool'> = overAxes<'bool'>('any', (x, axes) => {
  requireKind('any', 'bool', x.dtype);
  const count = reduction.sum(cast(x, 'int32'), axes);
  return typed(less(fullLike(count, 0), count));
});

/**
 * Whether all of the bools are true, over all axes or over those named, which the result no longer has unless
 * `keepDims`; of none it is true. Throws if an axis is not there.
 *
 * @example
 * all(greater(tensor([[1, 4], [3, 2]]), 1), [-1]); // [0, 1]
 */
export const all: Reduction<'bool'> = overAxes<'bool'>('all', (x, axes) => {
  requireKind('all', 'bool', x.dtype);
  const broken = reduction.sum(cast(not(x), 'int32'), axes);
  return typed(equal(broken, fullLike(broken, 0)));
});

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
 * ln Σ eˣ along an axis (the last unless one is named), which the result no longer has unless `keepDims`; finite
 * wherever the result is. Throws if the axis is not there.
 *
 * @example
 * logSumExp(tensor([1e4, 1e4])); // 10000.693
 */
export const logSumExp = <
  S extends Shape,
  D extends FloatDType,
  const A extends number = -1,
  Keep extends boolean = false,
>(
  x: Tensor<S, D>,
  axis?: A,
  options?: ReductionOptions<Keep>,
): Tensor<Reduced<S, readonly [A], Keep>, D> => {
  const over = axisOf('logSumExp', x.shape, axis ?? -1);
  const { below, highest } = belowPeak(x, over);
  const total = add(log(reduction.sum(exp(below), [over])), highest);
  return typed(keeping('logSumExp', total, { shape: x.shape, over: [over] }, options));
};
