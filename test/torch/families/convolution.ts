/** Convolutions and pooling over drawn strides, paddings, dilations and groups. */
import * as paralens from 'paralens';
import type { ConvolutionOptions, PoolingOptions } from 'paralens/operation';
import type { Draw } from 'paralens/program';
import { drawConvolution, drawPooling } from '../../laws/subject/window.js';
import { caseOf, type Draws, type Family, type Fitting } from '../case.js';

/** What a case draws by, in the words of the laws' generators. */
const drawOf = (draws: Draws): Draw => ({
  integer: draws.integer,
  pick: (choices) => choices[draws.integer(0, choices.length - 1)],
  shape: (rank = 2) => Array.from({ length: rank }, () => draws.integer(1, 4)),
});

type Convolution = (
  inputs: number,
  outputs: number,
  size: never,
  options: ConvolutionOptions,
) => paralens.Para<readonly [{ readonly kernel: Fitting; readonly bias: Fitting }], Fitting, paralens.Tensor>;

const convolution =
  (axes: number, layer: unknown): Family =>
  (draws) => {
    const { x, kernel, options } = drawConvolution(drawOf(draws), axes);
    const [inputs, outputs] = [x.at(-1) ?? 1, kernel.at(-1) ?? 1];
    const size = axes === 1 ? kernel[0] : kernel.slice(0, axes);
    const made = (layer as Convolution)(inputs, outputs, size as never, options);
    return caseOf({
      options: { ...options },
      inputs: {
        x: { shape: [Math.max(1, x[0] ?? 1), ...x.slice(1)] },
        kernel: { shape: kernel },
        bias: { shape: [outputs] },
      },
      f: (inputs_) => made.run([{ kernel: inputs_.kernel, bias: inputs_.bias }], inputs_.x)[0],
    });
  };

type Pooling = (size: never, options: PoolingOptions) => paralens.Para<readonly [], Fitting, paralens.Tensor>;

const pooling =
  (axes: number, layer: unknown): Family =>
  (draws) => {
    const { x, size, options } = drawPooling(drawOf(draws), axes);
    const made = (layer as Pooling)((axes === 1 ? size[0] : size) as never, options);
    return caseOf({
      options: { stride: size, dilation: size.map(() => 1), ...options, size },
      inputs: { x: { shape: [Math.max(1, x[0] ?? 1), ...x.slice(1)] } },
      f: (inputs) => made.run([], inputs.x)[0],
    });
  };

export const convolutions: { readonly [name: string]: Family } = {
  convolution1d: convolution(1, paralens.convolution1d),
  convolution2d: convolution(2, paralens.convolution2d),
  transposedConvolution1d: convolution(1, paralens.transposedConvolution1d),
  transposedConvolution2d: convolution(2, paralens.transposedConvolution2d),
  maxPooling1d: pooling(1, paralens.maxPooling1d),
  maxPooling2d: pooling(2, paralens.maxPooling2d),
  averagePooling1d: pooling(1, paralens.averagePooling1d),
  averagePooling2d: pooling(2, paralens.averagePooling2d),
};
