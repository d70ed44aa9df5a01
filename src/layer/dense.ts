/** The dense layer: every output is a weighted sum of all inputs plus a bias. */
import { fail, showShape } from '../error.js';
import { differentiable } from '../lens/differentiable.js';
import type { Layer, Para } from '../lens/para.js';
import { add, spread } from '../operation/arithmetic.js';
import { matmul } from '../operation/product.js';
import { split } from '../operation/random.js';
import { requireCount, requireFunction } from '../require.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Bias, type Biased, glorot, type Initializer, requireBias, zeros } from './initializer.js';

/** The parameters of `dense` with `bias: false`. */
export interface DenseKernel<Inputs extends number, Outputs extends number> {
  readonly kernel: Tensor<readonly [Inputs, Outputs]>;
}

export interface DenseParameters<Inputs extends number, Outputs extends number> extends DenseKernel<
  Inputs,
  Outputs
> {
  readonly bias: Tensor<readonly [Outputs]>;
}

export interface DenseOptions<B extends Bias = Bias> {
  readonly kernel?: Initializer;
  readonly bias?: B;
}

/**
 * y = x·W + b, from `[…lead, inputs]` to `[…lead, outputs]`; kernel `[inputs, outputs]`, initially from Glorot's
 * uniform distribution; bias `[outputs]`, initially 0; `bias: false` means no bias. Throws if the last axis has another
 * size.
 *
 * @example
 * const model = sequential(dense(784, 512, { bias: false }), relu(), dense(512, 10));
 */
export const dense = <
  Inputs extends number,
  Outputs extends number,
  Lead extends Shape = readonly [number],
  B extends Bias = Initializer,
>(
  inputs: Inputs,
  outputs: Outputs,
  options: DenseOptions<B> = {},
): Layer<
  Biased<B, DenseParameters<Inputs, Outputs>, DenseKernel<Inputs, Outputs>>,
  Tensor<readonly [...Lead, Inputs]>,
  Tensor<readonly [...Lead, Outputs]>
> => {
  const { kernel = glorot, bias = zeros }: DenseOptions = options;
  requireCount('dense', 'inputs', inputs);
  requireCount('dense', 'outputs', outputs);
  requireFunction('dense', 'kernel', kernel);
  requireBias('dense', bias);
  const layer = differentiable(
    (key) => {
      const [kernelKey = key, biasKey = key] = split(key, 2);
      const kernels = { kernel: kernel(kernelKey, [inputs, outputs]) };
      return bias === false ? kernels : { ...kernels, bias: bias(biasKey, [outputs]) };
    },
    (parameters: DenseKernel<number, number> | DenseParameters<number, number>, x: Tensor<Shape>) => {
      const { shape } = x;
      if (shape.length === 0 || shape.at(-1) !== inputs)
        fail({
          operation: 'dense',
          what: 'the input has the wrong size',
          got: showShape(shape),
          needed: `[…, ${inputs}]`,
          hint: `the layer before must have ${inputs} outputs`,
        });
      // The last axis matches the kernel, as checked above.
      const product: Tensor<Shape> = matmul(x as Tensor<never>, parameters.kernel);
      return 'bias' in parameters ? add(product, spread(parameters.bias, product.shape)) : product;
    },
  );
  // The type of the options states whether there is a bias.
  return layer as Para<never, never, never>;
};
