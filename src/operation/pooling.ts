/** Pooling over `[batch, …space, channels]`, one axis of space after the other. */
import { requireCount, required } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { add } from '../tensor/primitive/arithmetic.js';
import { and, lessOrEqual, less, select } from '../tensor/primitive/comparison.js';
import { fullLike, tensor } from '../tensor/primitive/constant.js';
import * as extremum from '../tensor/primitive/extremum.js';
import { iota } from '../tensor/primitive/generation.js';
import { maximum } from '../tensor/primitive/magnitude.js';
import { reshape } from '../tensor/primitive/movement.js';
import { broadcast, sum } from '../tensor/primitive/reduction.js';
import { pad, slice } from '../tensor/primitive/slicing.js';
import { range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { divide } from './arithmetic.js';
import { cast } from '../tensor/primitive/conversion.js';
import {
  inSpace,
  spaceOf,
  type PerAxis,
  perAxis,
  type WindowOptions,
  type Windows,
  windowsOver,
} from './spatial.js';

/** Windows of a pooling: they stand beside each other unless a stride is given. */
export type PoolingOptions = WindowOptions;

type Floats<D extends FloatDType> = Tensor<Shape, D>;

/** How the elements of windows along one axis become one: those of a new axis, or of two tensors. */
interface Combine {
  readonly along: <D extends FloatDType>(x: Floats<D>, axis: number) => Floats<D>;
  readonly both: <D extends FloatDType>(a: Floats<D>, b: Floats<D>) => Floats<D>;
}

/** Pools along one axis. Windows beside each other are an axis of their own; others are slices. */
const poolAxis = <D extends FloatDType>(
  x: Floats<D>,
  axis: number,
  [size, stride, dilation, count]: readonly [number, number, number, number],
  { along, both }: Combine,
): Floats<D> => {
  if (size === 1 && stride === 1) return x;
  const part = (start: number, stop: number, step: number): Floats<D> =>
    slice(x, {
      start: x.shape.map((_, each) => (each === axis ? start : 0)),
      stop: x.shape.map((all, each) => (each === axis ? stop : all)),
      stride: x.shape.map((_, each) => (each === axis ? step : 1)),
    });
  if (stride === size && dilation === 1) {
    const whole = part(0, count * size, 1);
    const split = [...x.shape.slice(0, axis), count, size, ...x.shape.slice(axis + 1)];
    return along(reshape(whole, split), axis + 1);
  }
  const [first, ...others] = range(size).map((i) =>
    part(i * dilation, i * dilation + (count - 1) * stride + 1, stride),
  );
  return others.reduce((total, each) => both(total, each), first ?? x);
};

/** Pools along every axis of space, the last first: of what ties, the first in row-major order comes first. */
const pool = <D extends FloatDType>(x: Floats<D>, windows: Windows, combine: Combine): Floats<D> =>
  range(windows.sizes.length)
    .toReversed()
    .reduce<Floats<D>>((pooled, axis) => {
      const { sizes, strides, dilations, counts } = windows;
      const [size = 1, stride = 1, dilation = 1, count = 1] = [sizes, strides, dilations, counts].map(
        (each) => each[axis],
      );
      return poolAxis(pooled, axis + 1, [size, stride, dilation, count], combine);
    }, x);

const windowsFor = (
  operation: string,
  shape: Shape,
  size: PerAxis,
  axes: number,
  options: PoolingOptions,
): Windows => {
  requireCount(operation, 'axes', axes);
  const space = spaceOf(operation, shape, axes);
  const sizes = perAxis(operation, 'size', size, axes);
  return windowsOver(operation, space, sizes, {
    ...options,
    stride: options.stride === undefined ? sizes : options.stride,
  });
};

const padded = <D extends FloatDType>(x: Floats<D>, { before, after }: Windows): Floats<D> =>
  pad(x, { low: inSpace(before), high: inSpace(after) });

/** The same tensor with zeros around it, and −∞ in place of these. */
const paddedBelow = <D extends FloatDType>(x: Floats<D>, windows: Windows): Floats<D> => {
  const whole = padded(x, windows);
  return range(windows.sizes.length)
    .filter((axis) => required(windows.before[axis], 'a size') + required(windows.after[axis], 'a size') > 0)
    .reduce<Floats<D>>((result, axis) => {
      const low = required(windows.before[axis], 'a size');
      const place = iota(whole.shape, axis + 1);
      const inside = and(
        lessOrEqual(fullLike(place, low), place),
        less(place, fullLike(place, low + required(x.shape[axis + 1], 'a size'))),
      );
      return select(inside, result, fullLike(result, Number.NEGATIVE_INFINITY));
    }, whole);
};

/**
 * The largest element of each window, of `[batch, …space, channels]`. Padding is never the largest; of equal
 * elements the first in row-major order has the derivative. Throws if a window is larger than its axis.
 *
 * @example
 * maxPool(tensor([[[1], [3], [2], [0]]]), 2, 1); // [[[3], [2]]]
 */
export const maxPool = <D extends FloatDType>(
  x: Tensor<Shape, D>,
  size: PerAxis,
  axes: number,
  options: PoolingOptions = {},
): Tensor<Shape, D> => {
  const windows = windowsFor('maxPool', x.shape, size, axes, options);
  return pool(paddedBelow(x, windows), windows, { along: extremum.max, both: maximum });
};

/** How many elements of the input each window along an axis covers. */
const coverage = (
  { sizes, strides, dilations, before, counts }: Windows,
  space: Shape,
  axis: number,
): readonly number[] =>
  range(required(counts[axis], 'a count')).map((i) => {
    const start = i * required(strides[axis], 'a stride') - required(before[axis], 'a size');
    return range(required(sizes[axis], 'a size')).filter((j) => {
      const place = start + j * required(dilations[axis], 'a dilation');
      return place >= 0 && place < required(space[axis], 'a size');
    }).length;
  });

/**
 * The mean of each window, of `[batch, …space, channels]`; padding does not count. Throws if a window is
 * larger than its axis.
 *
 * @example
 * averagePool(tensor([[[1], [3], [2], [0]]]), 2, 1); // [[[2], [1]]]
 */
export const averagePool = <D extends FloatDType>(
  x: Tensor<Shape, D>,
  size: PerAxis,
  axes: number,
  options: PoolingOptions = {},
): Tensor<Shape, D> => {
  const windows = windowsFor('averagePool', x.shape, size, axes, options);
  const total = pool(padded(x, windows), windows, {
    along: (each, axis) => sum(each, [axis]),
    both: add,
  });
  const space = x.shape.slice(1, -1);
  return space.reduce<Floats<D>>((result, _, axis) => {
    const counts = coverage(windows, space, axis);
    const whole = required(windows.sizes[axis], 'a size');
    // A window of padding alone has the mean 0.
    const by = counts.map((count) => Math.max(1, count));
    if (by.every((count) => count === whole)) return divide(result, whole);
    return divide(result, broadcast(cast(tensor(by, [by.length]), x.dtype), result.shape, [axis + 1]));
  }, total);
};
