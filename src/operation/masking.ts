/**
 * Masks choose and do not multiply: what is left out is replaced by 0 before anything is computed of it, so that NaN
 * and infinity in it reach neither a result nor a gradient.
 */
import { less, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { abs } from '../tensor/primitive/magnitude.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { range, sameShape, type Shape } from '../tensor/shape.js';
import type { DType } from '../tensor/dtype.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { mapTree } from '../tree/tree.js';

/** Whether the first axes of a tensor are those of a mask. */
const hasRows = (mask: Tensor<Shape, 'bool'>, { shape }: AnyTensor): boolean =>
  sameShape(shape.slice(0, mask.shape.length), mask.shape);

/** Where a mask over the first axes holds, the numbers of a tensor; 0 elsewhere. */
export const keepRows = <S extends Shape, D extends DType>(
  mask: Tensor<Shape, 'bool'>,
  x: Tensor<S, D>,
): Tensor<S, D> => select(broadcast(mask, x.shape, range(mask.shape.length)), x, fullLike(x, 0));

/** The same of each tensor of a tree whose first axes are those of the mask; the others have no such rows. */
export const keepRowsOfTree = <T>(mask: Tensor<Shape, 'bool'>, tree: T): T =>
  mapTree(tree, (each) => {
    // The leaves of predictions and targets are tensors.
    const tensor = each as AnyTensor;
    return hasRows(mask, tensor) ? keepRows(mask, tensor) : tensor;
  });

/** Which numbers are neither NaN nor infinite. */
export const isFinite = <S extends Shape, D extends 'float32' | 'float64'>(
  x: Tensor<S, D>,
): Tensor<S, 'bool'> => less(abs(x), fullLike(x, Number.POSITIVE_INFINITY));
