/** The dense layer: every output is a weighted sum of all inputs, and a bias. */
import { fail, showShape } from '../error.js';
import { differentiable } from '../lens/differentiable.js';
import type { Layer } from '../lens/para.js';
import { add, spread } from '../operation/arithmetic.js';
import { matmul } from '../operation/product.js';
import { split } from '../operation/random.js';
import { requireCount, requireFunction } from '../require.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { glorot, type Initializer, zeros } from './initializer.js';

export interface DenseParameters<Inputs extends number, Outputs extends number> {
  readonly kernel: Tensor<readonly [Inputs, Outputs]>;
  readonly bias: Tensor<readonly [Outputs]>;
}

export interface DenseOptions {
  readonly kernel?: Initializer;
  readonly bias?: Initializer;
}

/**
 * y = x·W + b, from `[…lead, inputs]` to `[…lead, outputs]`; kernel `[inputs, outputs]` from Glorot's
 * uniform distribution, bias `[outputs]` from 0. Throws if the last axis is of another size.
 *
 * @example
 * const model = sequential(dense(784, 512), relu(), dense(512, 10));
 */
export const dense = <Inputs extends number, Outputs extends number, Lead extends Shape = readonly [number]>(
  inputs: Inputs,
  outputs: Outputs,
  { kernel = glorot, bias = zeros }: DenseOptions = {},
): Layer<
  DenseParameters<Inputs, Outputs>,
  Tensor<readonly [...Lead, Inputs]>,
  Tensor<readonly [...Lead, Outputs]>
> => {
  requireCount('dense', 'inputs', inputs);
  requireCount('dense', 'outputs', outputs);
  requireFunction('dense', 'kernel', kernel);
  requireFunction('dense', 'bias', bias);
  return differentiable(
    (key) => {
      const [kernelKey = key, biasKey = key] = split(key, 2);
      return { kernel: kernel(kernelKey, [inputs, outputs]), bias: bias(biasKey, [outputs]) };
    },
    (parameters: DenseParameters<Inputs, Outputs>, x: Tensor<readonly [...Lead, Inputs]>) => {
      const shape: Shape = x.shape;
      if (shape.length === 0 || shape.at(-1) !== inputs)
        fail({
          operation: 'dense',
          what: 'an input of another size',
          got: showShape(shape),
          needed: `[…, ${inputs}]`,
          hint: `the layer before must have ${inputs} outputs`,
        });
      const product: Tensor<readonly [...Lead, Outputs]> = matmul(x, parameters.kernel);
      return add(product, spread(parameters.bias, product.shape));
    },
  );
};
