/** Layers that change the shape of each example, but not its elements. */
import { fail, showShape } from '../error.js';
import type { Para } from '../lens/para.js';
import { stateless } from '../lens/differentiable.js';
import * as movement from '../tensor/primitive/movement.js';
import { requireShape, type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

const requireBatch = (operation: string, shape: Shape): number => {
  const [batch] = shape;
  return (
    batch ??
    fail({ operation, what: 'the input has no batch axis', got: showShape(shape), needed: '[batch, …]' })
  );
};

/**
 * Flattens each example to one axis, row-major: `[batch, …]` to `[batch, size]`.
 *
 * @example
 * const model = sequential(convolution2d(1, 8, 5), flatten(), dense(4608, 10));
 */
export const flatten = <B extends number>(): Para<
  readonly [],
  Tensor<readonly [B, ...number[]]>,
  Tensor<readonly [B, number]>
> =>
  stateless((x) => {
    const { shape }: Tensor = x;
    const batch = requireBatch('flatten', shape) as B;
    return movement.reshape(x, [batch, sizeOf(shape.slice(1))] as const);
  });

/**
 * Reshapes each example, row-major: `[batch, …]` to `[batch, …shape]`. Throws if the numbers of elements differ.
 *
 * @example
 * const model = sequential(dense(8, 12), reshape([3, 4]));
 */
export const reshape = <const S extends Shape, B extends number = number>(
  example: S,
): Para<readonly [], Tensor<readonly [B, ...number[]]>, Tensor<readonly [B, ...S]>> => {
  requireShape('reshape', example);
  return stateless((x) => {
    const { shape }: Tensor = x;
    const batch = requireBatch('reshape', shape) as B;
    if (sizeOf(shape.slice(1)) !== sizeOf(example))
      fail({
        operation: 'reshape',
        what: 'the examples have the wrong number of elements',
        got: showShape(shape),
        needed: `[batch, …] with ${sizeOf(example)} elements each, for ${showShape(example)}`,
      });
    return movement.reshape(x, [batch, ...example] as const);
  });
};
