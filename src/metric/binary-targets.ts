/** Targets of binary classification. */
import { requireSame } from '../tensor/primitive/elementwise.js';
import { and, lessOrEqual, not } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast, check } from '../tensor/primitive/conversion.js';
import { argmax } from '../tensor/primitive/extremum.js';
import { take } from '../tensor/primitive/indexing.js';
import { reshape } from '../tensor/primitive/movement.js';
import { all } from '../operation/reduce.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Returns the targets in the dtype of the logits. Throws if the shapes differ; while running, if a target is not in [0,
 * 1].
 */
export const requireBinaryTargets = <S extends Shape>(
  operation: string,
  logits: Tensor<S>,
  targets: Tensor<S>,
): Tensor<S> => {
  requireSame(operation, logits, targets);
  const size = sizeOf(targets.shape);
  if (size === 0) return targets;
  // Comparisons with NaN are false, so NaN is refused as well.
  const within = and(
    lessOrEqual<Shape, 'float32'>(fullLike(targets, 0), targets),
    lessOrEqual<Shape, 'float32'>(targets, fullLike(targets, 1)),
  );
  const offender = take(reshape(targets, [size]), argmax(reshape(cast(not(within), 'int32'), [size]), 0), 0);
  return check(targets, all(within), offender, {
    operation,
    what: 'a target is not in [0, 1]',
    needed: '0 to 1',
    hint: 'use 0 for the negative class; only hinge takes targets of −1 and 1',
  });
};
