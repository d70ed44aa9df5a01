/** Transposed convolution over `[batch, …space, channels]`: the adjoint of convolution, of what comes out there. */
import { fail, showShape } from '../error.js';
import type { FloatDType } from '../tensor/dtype.js';
import { reverse } from '../tensor/primitive/movement.js';
import { pad, slice } from '../tensor/primitive/slicing.js';
import { range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ConvolutionOptions, correlate, requireKernel, unframed } from './convolution.js';
import { inSpace, perAxis, requirePadding, spaceOf, spanOf } from './spatial.js';

const at = (shape: Shape, axis: number): number => shape.at(axis) ?? 1;

/**
 * The transposed convolution of `[batch, …space, inputs]` with a kernel `[…window, inputs/groups, outputs]`: each
 * input adds the kernel, weighed by it, to where its window stands. `valid` gives sizes of
 * (size − 1)·stride + span, where span = (window − 1)·dilation + 1, `same` of size·stride, and padding that is
 * given is cut off the first. It is the adjoint of the convolution with the same options. Throws as `convolve`.
 *
 * Source: M. Zeiler et al., "Deconvolutional networks" (2010).
 *
 * @example
 * transposedConvolve(tensor([[[1], [2]]]), tensor([[[1]], [[3]]]), { stride: 2 }); // [[[1], [3], [2], [6]]]
 */
export const transposedConvolve = <D extends FloatDType>(
  x: Tensor<Shape, D>,
  kernel: Tensor<Shape, D>,
  { stride = 1, dilation = 1, padding = 'valid', groups = 1 }: ConvolutionOptions = {},
): Tensor<Shape, D> => {
  const operation = 'transposedConvolve';
  const sizes = kernel.shape.slice(0, -2);
  const space = spaceOf(operation, x.shape, sizes.length);
  requireKernel(operation, at(x.shape, -1), kernel.shape, groups);
  requirePadding(operation, padding, space.length);
  const strides = perAxis(operation, 'stride', stride, space.length);
  const dilations = perAxis(operation, 'dilation', dilation, space.length);
  const spans = sizes.map((size, axis) => spanOf(size, dilations[axis]));
  const full = space.map((size, axis) => Math.max(0, size - 1) * at(strides, axis) + at(spans, axis));
  const target = space.map((size, axis) => size * at(strides, axis));
  // The convolution whose adjoint it is, of what comes out here, says what is cut off.
  const cut =
    padding === 'same'
      ? full.map((size, axis) => {
          const total = Math.max(0, at(spans, axis) - at(strides, axis));
          const low = Math.floor(total / 2);
          return [low, size - low - at(target, axis)] as const;
        })
      : padding === 'valid'
        ? full.map(() => [0, 0] as const)
        : padding;
  const sized = full.map((size, axis) => size - (cut[axis]?.[0] ?? 0) - (cut[axis]?.[1] ?? 0));
  if (cut.length !== space.length || sized.some((size) => size < 1))
    fail({
      operation,
      what: 'the padding removes the whole result',
      got: `${JSON.stringify(padding)} of ${showShape(full)}`,
      needed: `[before, after] for each of ${space.length} axes, less than the sizes together`,
    });
  const spread = pad(x, {
    low: inSpace(spans.map((span) => span - 1)),
    // Where windows stand further apart than they reach, zeros follow the last.
    high: inSpace(spans.map((span, axis) => span - 1 + Math.max(0, -(cut[axis]?.[1] ?? 0)))),
    interior: inSpace(strides.map((each) => each - 1)),
  });
  const whole = correlate(
    { x: spread, kernel: reverse(kernel, range(sizes.length)) },
    { ...unframed(sizes.length), dilations, groups },
  );
  const start = inSpace(cut.map(([low]) => low));
  const stop = whole.shape.map((size, axis) =>
    axis === 0 || axis > sized.length ? size : at(start, axis) + at(sized, axis - 1),
  );
  return slice(whole, { start, stop });
};
