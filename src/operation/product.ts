/** Products of matrices. */
import { fail, showShape } from '../error.js';
import type { FloatDType, IntegerDType } from '../tensor/dtype.js';
import { contract } from '../tensor/primitive/contract.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { typed } from '../tensor/primitive/elementwise.js';

/** Letters for the axes of a tensor of this rank; a shape of more than 24 axes is not one a person means. */
const LETTERS = 'abcdefghijklmnopqrstuvwx';

/**
 * The product of the last axis of `x` with the first axis of a matrix: `[…lead, k]` and `[k, n]` give
 * `[…lead, n]`. Throws if the the sizes of the shared axis differ.
 *
 * @example
 * matmul(tensor([[1, 2]]), tensor([[3], [4]])); // [[11]]
 */
export const matmul = <
  Lead extends Shape,
  K extends number,
  N extends number,
  D extends FloatDType | IntegerDType,
>(
  x: Tensor<readonly [...Lead, K], D>,
  matrix: Tensor<readonly [K, N], D>,
): Tensor<readonly [...Lead, N], D> => {
  const shape: Shape = x.shape;
  const [k] = matrix.shape;
  if (shape.length === 0 || shape.at(-1) !== k || matrix.shape.length !== 2)
    fail({
      operation: 'matmul',
      what: 'the sizes of the shared axis differ',
      got: `${showShape(shape)} and ${showShape(matrix.shape)}`,
      needed: '[…, k] and [k, n]',
      hint: 'transpose one of the factors',
    });
  const lead = LETTERS.slice(0, shape.length - 1);
  return typed(contract<Shape, Shape, D, string>(x, matrix, `${lead}y,yz->${lead}z`));
};
