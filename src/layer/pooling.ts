/** Pooling layers without parameters, channels last. The number of channels comes from the layer before. */
import type { Para } from '../lens/para.js';
import { stateless } from '../lens/differentiable.js';
import { averagePool, maxPool, type PoolingOptions } from '../operation/pooling.js';
import { max, mean } from '../operation/reduce.js';
import { type PerAxis, perAxis, requireWindows } from '../operation/spatial.js';
import { fail, showShape } from '../error.js';
import { range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

type Line<B extends number, C extends number> = Tensor<readonly [B, number, C]>;
type Plane<B extends number, C extends number> = Tensor<readonly [B, number, number, C]>;

type Pool = (x: Tensor, size: PerAxis, axes: number, options: PoolingOptions) => Tensor;

const layerOf = <A extends Tensor<never>>(
  operation: string,
  axes: number,
  pool: Pool,
  size: PerAxis,
  options: PoolingOptions,
): Para<readonly [], A, A> => {
  const sizes = perAxis(operation, 'size', size, axes);
  requireWindows(operation, sizes, options);
  // The type states only the batch and the channels, which pooling keeps.
  return stateless<A, A>((x) => pool(x, sizes, axes, options) as A);
};

/**
 * Max pooling along one axis of `[batch, length, channels]`. The stride defaults to the window size. Elements at the
 * end that do not fill a window are ignored.
 *
 * @example
 * const model = sequential(convolution1d(1, 8, 3), relu(), maxPooling1d(2));
 */
export const maxPooling1d = <B extends number, C extends number>(
  size: number,
  options: PoolingOptions = {},
): Para<readonly [], Line<B, C>, Line<B, C>> => layerOf('maxPooling1d', 1, maxPool, size, options);

/**
 * Max pooling over two axes of `[batch, height, width, channels]`. The stride defaults to the window size. Elements at
 * the end that do not fill a window are ignored.
 *
 * @example
 * const model = sequential(convolution2d(1, 8, 5, { padding: 'same' }), relu(), maxPooling2d(2));
 */
export const maxPooling2d = <B extends number, C extends number>(
  size: PerAxis,
  options: PoolingOptions = {},
): Para<readonly [], Plane<B, C>, Plane<B, C>> => layerOf('maxPooling2d', 2, maxPool, size, options);

/**
 * Average pooling along one axis of `[batch, length, channels]`. Padding does not count.
 *
 * @example
 * const model = sequential(convolution1d(1, 8, 3), relu(), averagePooling1d(2));
 */
export const averagePooling1d = <B extends number, C extends number>(
  size: number,
  options: PoolingOptions = {},
): Para<readonly [], Line<B, C>, Line<B, C>> => layerOf('averagePooling1d', 1, averagePool, size, options);

/**
 * Average pooling over two axes of `[batch, height, width, channels]`. Padding does not count.
 *
 * @example
 * const model = sequential(convolution2d(1, 8, 5), relu(), averagePooling2d(2));
 */
export const averagePooling2d = <B extends number, C extends number>(
  size: PerAxis,
  options: PoolingOptions = {},
): Para<readonly [], Plane<B, C>, Plane<B, C>> => layerOf('averagePooling2d', 2, averagePool, size, options);

type AllSpace<B extends number, C extends number> = Para<
  readonly [],
  Tensor<readonly [B, ...number[], C]>,
  Tensor<readonly [B, C]>
>;

/** The spatial axes of `[batch, …space, channels]`. Throws if there are none, or if one has size 0. */
const spaceAxes = (operation: string, { shape }: Tensor): readonly number[] => {
  const axes = range(shape.length).slice(1, -1);
  if (shape.length < 3 || axes.some((axis) => shape[axis] === 0))
    fail({
      operation,
      what: 'the input has no spatial axes, or one of size 0',
      got: showShape(shape),
      needed: '[batch, …space, channels] with at least one element along each axis',
    });
  return axes;
};

/**
 * The maximum of each channel: `[batch, …space, channels]` to `[batch, channels]`.
 *
 * @example
 * const model = sequential(convolution2d(1, 8, 5), relu(), globalMaxPooling(), dense(8, 10));
 */
export const globalMaxPooling = <B extends number, C extends number>(): AllSpace<B, C> =>
  stateless((x) => {
    const given: Tensor<Shape> = x;
    return max(given, spaceAxes('globalMaxPooling', given)) as Tensor<readonly [B, C]>;
  });

/**
 * The mean of each channel: `[batch, …space, channels]` to `[batch, channels]`.
 *
 * @example
 * const model = sequential(convolution2d(1, 8, 5), relu(), globalAveragePooling(), dense(8, 10));
 */
export const globalAveragePooling = <B extends number, C extends number>(): AllSpace<B, C> =>
  stateless((x) => {
    const given: Tensor<Shape> = x;
    return mean(given, spaceAxes('globalAveragePooling', given)) as Tensor<readonly [B, C]>;
  });
