/** Layers that change the shape of each example, but not its elements. */
import { fail, showShape } from '../error.js';
import type { Para } from '../lens/para.js';
import { stateless } from '../lens/differentiable.js';
import { freed } from '../operation/movement.js';
import * as movement from '../tensor/primitive/movement.js';
import type { Freed } from '../tensor/shape-rule.js';
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
 * Reshapes each example, row-major: `[batch, …]` to `[batch, …shape]`. One size may be −1 and follows from the others.
 * Throws if the numbers of elements differ.
 *
 * @example
 * const model = sequential(dense(8, 12), reshape([3, -1]));
 */
export const reshape = <const S extends Shape, B extends number = number>(
  example: S,
): Para<readonly [], Tensor<readonly [B, ...number[]]>, Tensor<readonly [B, ...Freed<S>]>> => {
  requireShape('reshape', Array.isArray(example) ? freed(0, example) : example);
  return stateless((x) => {
    const { shape }: Tensor = x;
    const batch = requireBatch('reshape', shape) as B;
    const size = sizeOf(shape.slice(1));
    const to = freed(size, example);
    if (size !== sizeOf(to))
      fail({
        operation: 'reshape',
        what: 'the examples have the wrong number of elements',
        got: showShape(shape),
        needed: `[batch, …] with ${sizeOf(example)} elements each, for ${showShape(example)}`,
      });
    // The type has `number` for −1.
    return movement.reshape(x, [batch, ...(to as Freed<S>)] as const);
  });
};
