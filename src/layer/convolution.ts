/** Convolutional layers over one and two spatial axes, channels last. */
import { fail, showShape } from '../error.js';
import { differentiable } from '../lens/differentiable.js';
import type { Layer, Para } from '../lens/para.js';
import { add, spread } from '../operation/arithmetic.js';
import { type ConvolutionOptions, convolve } from '../operation/convolution.js';
import { transposedConvolve } from '../operation/transposed-convolution.js';
import { split } from '../operation/random.js';
import { type PerAxis, perAxis, requireWindows } from '../operation/spatial.js';
import { requireCount, requireFunction } from '../require.js';
import { range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Bias, type Biased, glorot, type Initializer, requireBias, zeros } from './initializer.js';

/** The parameters of a convolution with `bias: false`. */
export interface ConvolutionKernel<Kernel extends Shape> {
  /** `[…window, inputs/groups, outputs]` */
  readonly kernel: Tensor<Kernel>;
}

export interface ConvolutionParameters<
  Kernel extends Shape,
  Outputs extends number,
> extends ConvolutionKernel<Kernel> {
  readonly bias: Tensor<readonly [Outputs]>;
}

export interface ConvolutionLayerOptions<B extends Bias = Bias> extends ConvolutionOptions {
  readonly kernel?: Initializer;
  readonly bias?: B;
}

/** Options with `same` padding, which keeps the spatial sizes. */
export interface SameSizes<B extends Bias = Bias> extends ConvolutionLayerOptions<B> {
  readonly padding: 'same';
  readonly stride?: 1;
}

type Line<B extends number, L extends number, C extends number> = Tensor<readonly [B, L, C]>;
type Plane<B extends number, H extends number, W extends number, C extends number> = Tensor<
  readonly [B, H, W, C]
>;
type Kernel1d = readonly [number, number, number];
type Kernel2d = readonly [number, number, number, number];

/** The parameters of a convolution with O outputs. */
type Learned<B extends Bias, K extends Shape, O extends number> = Biased<
  B,
  ConvolutionParameters<K, O>,
  ConvolutionKernel<K>
>;

type Run = (x: Tensor, kernel: Tensor, options: ConvolutionOptions) => Tensor;

/** A layer with a kernel and a bias around one of the two operations. */
const layerOf = (
  operation: string,
  [axes, run]: readonly [number, Run],
  [inputs, outputs, size]: readonly [number, number, PerAxis],
  { kernel = glorot, bias = zeros, ...options }: ConvolutionLayerOptions = {},
): Para<never, never, never> => {
  const { groups = 1 } = options;
  const sizes = perAxis(operation, 'window', size, axes);
  requireCount(operation, 'inputs', inputs);
  requireCount(operation, 'outputs', outputs);
  requireCount(operation, 'groups', groups);
  requireFunction(operation, 'kernel', kernel);
  requireBias(operation, bias);
  if (inputs % groups > 0 || outputs % groups > 0)
    fail({
      operation,
      what: `the channels cannot be divided into ${groups} groups`,
      got: `${inputs} inputs and ${outputs} outputs`,
      needed: `multiples of ${groups}`,
    });
  // An invalid stride, dilation or padding is refused here, not at the first batch.
  requireWindows(operation, sizes, options);
  const shape = [...sizes, inputs / groups, outputs];
  const layer = differentiable(
    (key) => {
      const [kernelKey = key, biasKey = key] = split(key, 2);
      const kernels: ConvolutionKernel<Shape> = { kernel: kernel(kernelKey, shape) };
      return bias === false ? kernels : { ...kernels, bias: bias(biasKey, [outputs]) };
    },
    (parameters: ConvolutionKernel<Shape> | ConvolutionParameters<Shape, number>, x: Tensor) => {
      if (x.shape.at(-1) !== inputs)
        fail({
          operation,
          what: 'the input has the wrong number of channels',
          got: showShape(x.shape),
          needed: `[batch, ${range(axes)
            .map(() => 'size')
            .join(', ')}, ${inputs}]`,
          hint: `the layer before must have ${inputs} outputs`,
        });
      const y = run(x, parameters.kernel, options);
      return 'bias' in parameters ? add(y, spread(parameters.bias, y.shape)) : y;
    },
  );
  // The types of the layers state the sizes, and whether there is a bias.
  return layer as Para<never, never, never>;
};

const forward: Run = (x, kernel, options) => convolve(x, kernel, options);
const transposed: Run = (x, kernel, options) => transposedConvolve(x, kernel, options);

/** A layer whose sizes are known if the windows keep them. */
/** `convolution1d`: `same` windows keep the length. */
export interface Convolution1d {
  <
    I extends number,
    O extends number,
    B extends number = number,
    L extends number = number,
    Offset extends Bias = Initializer,
  >(
    inputs: I,
    outputs: O,
    size: number,
    options: SameSizes<Offset>,
  ): Layer<Learned<Offset, Kernel1d, O>, Line<B, L, I>, Line<B, L, O>>;
  <I extends number, O extends number, B extends number = number, Offset extends Bias = Initializer>(
    inputs: I,
    outputs: O,
    size: number,
    options?: ConvolutionLayerOptions<Offset>,
  ): Layer<Learned<Offset, Kernel1d, O>, Line<B, number, I>, Line<B, number, O>>;
}

/** `convolution2d`: `same` windows keep height and width. */
export interface Convolution2d {
  <
    I extends number,
    O extends number,
    B extends number = number,
    H extends number = number,
    W extends number = number,
    Offset extends Bias = Initializer,
  >(
    inputs: I,
    outputs: O,
    size: PerAxis,
    options: SameSizes<Offset>,
  ): Layer<Learned<Offset, Kernel2d, O>, Plane<B, H, W, I>, Plane<B, H, W, O>>;
  <I extends number, O extends number, B extends number = number, Offset extends Bias = Initializer>(
    inputs: I,
    outputs: O,
    size: PerAxis,
    options?: ConvolutionLayerOptions<Offset>,
  ): Layer<Learned<Offset, Kernel2d, O>, Plane<B, number, number, I>, Plane<B, number, number, O>>;
}

/**
 * Convolution along one axis, `[batch, length, inputs]` to `[batch, windows, outputs]`: kernel `[size, inputs/groups,
 * outputs]` initially from Glorot's uniform distribution, bias `[outputs]`, initially 0; `bias: false` means no bias.
 * Throws if a size is invalid or the groups do not divide the channels.
 *
 * @example
 * const model = sequential(convolution1d(8, 16, 3, { padding: 'same' }), relu());
 */
export const convolution1d: Convolution1d = (
  inputs: number,
  outputs: number,
  size: number,
  options?: ConvolutionLayerOptions,
): Para<never, never, never> => layerOf('convolution1d', [1, forward], [inputs, outputs, size], options);

/**
 * Convolution over two axes, `[batch, height, width, inputs]` to `[batch, …windows, outputs]`: kernel `[…size,
 * inputs/groups, outputs]` from Glorot's uniform distribution, bias `[outputs]`, initially 0; `bias: false` means no
 * bias. With as many groups as inputs it is a depthwise convolution. Throws if a size is invalid or the groups do not
 * divide the channels.
 *
 * Source: Y. LeCun et al., "Gradient-based learning applied to document recognition" (1998).
 *
 * @example
 * const model = sequential(convolution2d(1, 8, 5, { padding: 'same' }), relu(), maxPooling2d(2));
 */
export const convolution2d: Convolution2d = (
  inputs: number,
  outputs: number,
  size: PerAxis,
  options?: ConvolutionLayerOptions,
): Para<never, never, never> => layerOf('convolution2d', [2, forward], [inputs, outputs, size], options);

/**
 * Transposed convolution along one axis, `[batch, length, inputs]` to `[batch, longer, outputs]`; kernel `[size,
 * inputs/groups, outputs]`, bias `[outputs]`; `bias: false` means no bias. With padding `same` the axis becomes stride
 * times as long.
 *
 * @example
 * const model = transposedConvolution1d(16, 8, 4, { stride: 2, padding: 'same' });
 */
export const transposedConvolution1d = <
  I extends number,
  O extends number,
  B extends number = number,
  Offset extends Bias = Initializer,
>(
  inputs: I,
  outputs: O,
  size: number,
  options?: ConvolutionLayerOptions<Offset>,
): Layer<Learned<Offset, Kernel1d, O>, Line<B, number, I>, Line<B, number, O>> =>
  layerOf('transposedConvolution1d', [1, transposed], [inputs, outputs, size], options);

/**
 * Transposed convolution over two axes, `[batch, height, width, inputs]` to `[batch, …larger, outputs]`; kernel
 * `[…size, inputs/groups, outputs]`, bias `[outputs]`; `bias: false` means no bias. With padding `same` the axes become
 * stride times as long.
 *
 * @example
 * const model = transposedConvolution2d(16, 8, 4, { stride: 2, padding: 'same' });
 */
export const transposedConvolution2d = <
  I extends number,
  O extends number,
  B extends number = number,
  Offset extends Bias = Initializer,
>(
  inputs: I,
  outputs: O,
  size: PerAxis,
  options?: ConvolutionLayerOptions<Offset>,
): Layer<Learned<Offset, Kernel2d, O>, Plane<B, number, number, I>, Plane<B, number, number, O>> =>
  layerOf('transposedConvolution2d', [2, transposed], [inputs, outputs, size], options);
