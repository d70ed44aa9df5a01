/**
 * Convolution over `[batch, …space, channels]` and its derivatives, each a contraction over a view
 * of windows: no tensor of all windows is ever made, forward or back.
 *
 * As everywhere in deep learning it is the cross-correlation, whose kernel is not turned around.
 * Source: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning" (arXiv 1603.07285).
 */
import { withPullback } from '../autodiff/custom.js';
import { fail, showShape } from '../error.js';
import { contract } from '../tensor/primitive/contract.js';
import { requireKind } from '../tensor/primitive/elementwise.js';
import { reshape, reverse, transpose } from '../tensor/primitive/movement.js';
import { pad, slice } from '../tensor/primitive/slicing.js';
import { window } from '../tensor/primitive/window.js';
import { range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { inSpace, spaceOf, spanOf, type WindowOptions, windowsOver } from './spatial.js';
import { requireCount, required } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';

export interface ConvolutionOptions extends WindowOptions {
  /** Inputs and outputs in so many groups that do not know of each other; 1 unless given. */
  readonly groups?: number | undefined;
}

/** How windows move over an input, and how many zeros stand around it. */
interface Steps {
  readonly strides: Shape;
  readonly dilations: Shape;
  readonly groups: number;
  readonly before: Shape;
  readonly after: Shape;
}

/** Zeros around each axis of space and between its elements; where there are less than none, elements are cut off. */
const framed = <D extends FloatDType>(
  x: Tensor<Shape, D>,
  before: Shape,
  after: Shape,
  interior: Shape,
): Tensor<Shape, D> => {
  const some = (counts: Shape): Shape => inSpace(counts.map((count) => Math.max(0, count)));
  const padded = pad(x, { low: some(before), high: some(after), interior: inSpace(interior) });
  const start = some(before.map((count) => -count));
  const behind = some(after.map((count) => -count));
  return slice(padded, { start, stop: padded.shape.map((size, axis) => size - at(behind, axis)) });
};

const at = (shape: Shape, axis: number): number => required(shape.at(axis), 'a size');

/** Of channels `[…, groups·o]` the groups apart, where there is more than one: `[…, groups, o]`. */
const apart = <D extends FloatDType>(x: Tensor<Shape, D>, groups: number): Tensor<Shape, D> =>
  groups === 1 ? x : reshape(x, [...x.shape.slice(0, -1), groups, Math.floor(at(x.shape, -1) / groups)]);

/** `[batch, …counts, …sizes, (groups,) channels of a group]`, as a view. */
const windowsOf = <D extends FloatDType>(
  x: Tensor<Shape, D>,
  sizes: Shape,
  { strides, dilations, groups, before, after }: Steps,
): Tensor<Shape, D> => {
  const axes = sizes.length;
  const grouped = apart(
    framed(
      x,
      before,
      after,
      sizes.map(() => 0),
    ),
    groups,
  );
  const behind = range(grouped.shape.length - axes - 1).map((axis) => axis + axes + 1);
  const space = range(axes).map((axis) => axis + 1);
  const windows = window(transpose(grouped, [0, ...behind, ...space]), { sizes, strides, dilations });
  // From [batch, …behind, …counts, …sizes] to [batch, …counts, …sizes, …behind].
  const front = range(behind.length).map((axis) => axis + 1);
  return transpose(windows, [0, ...range(2 * axes).map((axis) => axis + 1 + behind.length), ...front]);
};

/** The names of axes in contractions: space `x…`, within the window `i…`. */
const words = (axes: number): readonly [space: string, inside: string] => [
  'xyz'.slice(0, axes),
  'ijk'.slice(0, axes),
];

const together = <D extends FloatDType>(x: Tensor<Shape, D>, groups: number): Tensor<Shape, D> =>
  groups === 1 ? x : reshape(x, [...x.shape.slice(0, -2), at(x.shape, -2) * at(x.shape, -1)]);

/** Of a kernel `[…sizes, c, groups·o]` its adjoint's: turned around, `[…sizes, o, groups·c]`. */
const turned = <D extends FloatDType>(kernel: Tensor<Shape, D>, groups: number): Tensor<Shape, D> => {
  const axes = kernel.shape.length - 2;
  const whole = reverse(apart(kernel, groups), range(axes));
  const behind = groups === 1 ? [axes + 1, axes] : [axes + 2, axes + 1, axes];
  return together(transpose(whole, [...range(axes), ...behind]), groups);
};

interface Pair<D extends FloatDType> {
  readonly x: Tensor<Shape, D>;
  readonly kernel: Tensor<Shape, D>;
}

/** Windows at every place of an input as it is. */
export const unframed = (axes: number): Pick<Steps, 'strides' | 'before' | 'after'> => {
  const zeros = range(axes).map(() => 0);
  return { strides: zeros.map(() => 1), before: zeros, after: zeros };
};

/** The convolution, without a look at what it is given. */
export const correlate = <D extends FloatDType>(pair: Pair<D>, steps: Steps): Tensor<Shape, D> => {
  const { strides, dilations, groups, before, after } = steps;
  const sizes = pair.kernel.shape.slice(0, -2);
  const [space, inside] = words(sizes.length);
  const g = groups === 1 ? '' : 'g';
  return withPullback(
    ({ x, kernel }: Pair<D>) => {
      // y = Σ over window and channels of x·k
      const product = contract(
        windowsOf(x, sizes, steps),
        apart(kernel, groups),
        `n${space}${inside}${g}c,${inside}c${g}o->n${space}${g}o`,
      );
      return together(product, groups);
    },
    ({ x, kernel }) =>
      (dy) => {
        const spans = sizes.map((size, axis) => spanOf(size, dilations[axis]));
        // What no window reached, at the end of each axis.
        const rest = spans.map((span, axis) => {
          const size = at(x.shape, axis + 1) + at(before, axis) + at(after, axis);
          return size - span - (at(dy.shape, axis + 1) - 1) * at(strides, axis);
        });
        // Of what was padded no gradient is computed.
        const spread = framed(
          dy,
          spans.map((span, axis) => span - 1 - at(before, axis)),
          spans.map((span, axis) => span - 1 - at(after, axis) + at(rest, axis)),
          strides.map((stride) => stride - 1),
        );
        return {
          // dx = the convolution of dy, spread as far apart as windows stood, with the kernel turned around
          x: correlate(
            { x: spread, kernel: turned(kernel, groups) },
            { ...unframed(sizes.length), dilations, groups },
          ),
          // dk = Σ over batch and windows of x·dy
          kernel: together(
            contract(
              windowsOf(x, sizes, steps),
              apart(dy, groups),
              `n${space}${inside}${g}c,n${space}${g}o->${inside}c${g}o`,
            ),
            groups,
          ),
        };
      },
  )(pair);
};

/** Throws if groups do not divide the channels, or the kernel is for another number of them. */
export const requireKernel = (operation: string, channels: number, kernel: Shape, groups: number): void => {
  const [inputs, outputs] = [at(kernel, -2), at(kernel, -1)];
  requireCount(operation, 'groups', groups);
  if (channels % groups > 0 || outputs % groups > 0)
    fail({
      operation,
      what: `the channels cannot be divided into ${groups} groups`,
      got: `${channels} inputs and ${outputs} outputs`,
      needed: `multiples of ${groups}`,
    });
  if (inputs * groups !== channels)
    fail({
      operation,
      what: 'the kernel has the wrong number of input channels',
      got: `kernel ${showShape(kernel)} for ${channels} channels in ${groups} groups`,
      needed: `[…window, ${channels / groups}, outputs]`,
    });
};

/**
 * The convolution of `[batch, …space, inputs]` with a kernel `[…window, inputs/groups, outputs]`, over as many
 * axes of space as the window has: `[batch, …windows, outputs]`. Throws if shapes or groups do not fit, and
 * where the window is larger than the input with its padding.
 *
 * @example
 * convolve(tensor([[[1], [2], [4]]]), tensor([[[1]], [[-1]]])); // [[[-1], [-2]]]
 */
export const convolve = <D extends FloatDType>(
  x: Tensor<Shape, D>,
  kernel: Tensor<Shape, D>,
  options: ConvolutionOptions = {},
): Tensor<Shape, D> => {
  const { groups = 1 } = options;
  requireKind('convolve', 'number', x.dtype);
  const sizes = kernel.shape.slice(0, -2);
  const space = spaceOf('convolve', x.shape, sizes.length);
  requireKernel('convolve', at(x.shape, -1), kernel.shape, groups);
  const { before, after, strides, dilations } = windowsOver('convolve', space, sizes, options);
  return correlate({ x, kernel }, { strides, dilations, groups, before, after });
};
