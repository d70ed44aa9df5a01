/** Random convolutions and poolings: strides that leave a rest, padding of all kinds, dilation, groups, odd sizes. */
import type { Shape } from 'paralens';
import type { Draw } from 'paralens/program';
import type { ConvolutionOptions, Padding, PoolingOptions } from 'paralens/operation';

const each = (axes: number, f: (axis: number) => number): Shape =>
  Array.from({ length: axes }, (_, i) => f(i));

const drawPadding = ({ integer, pick }: Draw, axes: number, most: number): Padding => {
  const kind = pick(['valid', 'same', 'explicit']);
  if (kind !== 'explicit') return kind;
  return Array.from({ length: axes }, () => [integer(0, most), integer(0, most)] as const);
};

export interface DrawnConvolution {
  /** `[batch, …space, inputs]`, at least as large as the window everywhere. */
  readonly x: Shape;
  readonly kernel: Shape;
  readonly options: ConvolutionOptions;
}

/** A convolution over one axis of space or two, or as many as are asked for. */
export const drawConvolution = (draw: Draw, axes = draw.integer(1, 2)): DrawnConvolution => {
  const { integer } = draw;
  const size = each(axes, () => integer(1, 3));
  const dilation = each(axes, () => integer(1, 2));
  const space = each(axes, (axis) => ((size[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1 + integer(0, 3));
  const groups = integer(1, 2);
  const [inputs, outputs] = [integer(1, 2), integer(1, 2)];
  // What is cut off a transposed convolution must leave something of it.
  const padding = drawPadding(draw, axes, Math.min(...size) > 2 ? 1 : 0);
  return {
    x: [integer(0, 2), ...space, inputs * groups],
    kernel: [...size, inputs, outputs * groups],
    options: { stride: each(axes, () => integer(1, 3)), padding, dilation, groups },
  };
};

export interface DrawnPooling {
  readonly x: Shape;
  readonly size: Shape;
  readonly options: PoolingOptions;
}

/** A pooling over one axis of space or two, or as many as are asked for, its windows beside each other or not. */
export const drawPooling = (draw: Draw, axes = draw.integer(1, 2)): DrawnPooling => {
  const { integer, pick } = draw;
  const size = each(axes, () => integer(1, 3));
  const apart = pick([true, false]);
  const dilation = each(axes, () => (apart ? integer(1, 2) : 1));
  const space = each(axes, (axis) => ((size[axis] ?? 1) - 1) * (dilation[axis] ?? 1) + 1 + integer(0, 3));
  const padding = pick(['valid', 'same']);
  const options = apart ? { stride: each(axes, () => integer(1, 3)), padding, dilation } : { padding };
  return { x: [integer(0, 2), ...space, integer(1, 3)], size, options };
};
