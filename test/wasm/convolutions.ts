/** Programs of convolutions with their derivatives: products over windows, in place or packed, in every shape of a run. */
import { pullback } from '../../src/autodiff/pullback.js';
import { convolve, type ConvolutionOptions } from '../../src/operation/convolution.js';
import type { Program } from '../../src/graph/program.js';
import { trace } from '../../src/graph/trace.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';

interface Convolution {
  readonly image: Shape;
  readonly kernel: Shape;
  readonly out: Shape;
  readonly options?: ConvolutionOptions;
}

type Result = 'y' | 'dx' | 'dk';

/** These of what is computed from x, k, dy: the convolution, dx and dk. */
const programOf = (
  { image, kernel, out, options }: Convolution,
  results: readonly Result[] = ['y', 'dx', 'dk'],
): Program =>
  trace(
    (...inputs) => {
      const [x, k, dy] = inputs as readonly [Tensor<Shape>, Tensor<Shape>, Tensor<Shape>];
      const [y, back] = pullback((pair: readonly [Tensor<Shape>, Tensor<Shape>]) =>
        convolve(...pair, options),
      )([x, k]);
      const [dx, dk] = back(dy);
      const all = { y, dx, dk };
      return results.map((result) => all[result]);
    },
    [image, kernel, out].map((shape) => ({ shape, dtype: 'float32' })),
  );

/** By what is special about each. */
export const CONVOLUTIONS: Readonly<Record<string, Program>> = Object.fromEntries(
  Object.entries({
    'one channel, runs of 5': { image: [3, 14, 15, 1], kernel: [5, 5, 1, 8], out: [3, 10, 11, 8] },
    'rows of windows that no tile divides': {
      image: [2, 15, 19, 8],
      kernel: [3, 3, 8, 16],
      out: [2, 13, 17, 16],
    },
    'windows far apart': {
      image: [2, 31, 34, 3],
      kernel: [3, 4, 3, 16],
      out: [2, 15, 11, 16],
      options: { stride: [2, 3], dilation: [1, 1] },
    },
    'windows with holes': {
      image: [2, 19, 18, 4],
      kernel: [3, 3, 4, 8],
      out: [2, 15, 14, 8],
      options: { dilation: 2 },
    },
    'columns that fill no vector': { image: [2, 17, 16, 2], kernel: [3, 2, 2, 10], out: [2, 15, 15, 10] },
    'runs too short to be read in place': {
      image: [2, 18, 18, 1],
      kernel: [2, 2, 1, 4],
      out: [2, 17, 17, 4],
    },
    'so many columns that windows are packed': {
      image: [2, 16, 16, 4],
      kernel: [3, 3, 4, 72],
      out: [2, 14, 14, 72],
    },
    'several blocks for a library': {
      image: [2, 18, 18, 16],
      kernel: [3, 3, 16, 16],
      out: [2, 16, 16, 16],
    },
    groups: { image: [2, 16, 16, 8], kernel: [3, 3, 4, 16], out: [2, 14, 14, 16], options: { groups: 2 } },
    'one axis of space': { image: [9, 90, 6], kernel: [7, 6, 24], out: [9, 84, 24] },
  } satisfies Readonly<Record<string, Convolution>>).map(([name, each]) => [name, programOf(each)]),
);

/** A kernel's gradient of so many rows, over so long a sum, that blocks are several, and pieces too. */
export const KERNEL_GRADIENT = programOf(
  { image: [2, 16, 16, 32], kernel: [3, 3, 32, 64], out: [2, 14, 14, 64] },
  ['dk'],
);
