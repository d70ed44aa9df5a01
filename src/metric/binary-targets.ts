/** Targets of a yes or no. */
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

/** The targets, like the logits. Throws if shapes differ, and when it runs, if a target is not from 0 to 1. */
export const requireBinaryTargets = <S extends Shape>(
  operation: string,
  logits: Tensor<S>,
  targets: Tensor<S>,
): Tensor<S> => {
  requireSame(operation, logits, targets);
  const size = sizeOf(targets.shape);
  if (size === 0) return targets;
  // NaN is in no order, so it is refused as well.
  const within = and(
    lessOrEqual<Shape, 'float32'>(fullLike(targets, 0), targets),
    lessOrEqual<Shape, 'float32'>(targets, fullLike(targets, 1)),
  );
  const offender = take(reshape(targets, [size]), argmax(reshape(cast(not(within), 'int32'), [size]), 0), 0);
  return check(targets, all(within), offender, {
    operation,
    what: 'a target that is neither 0 nor 1, nor between them',
    needed: '0 to 1',
    hint: 'targets of −1 and 1 are those of hinge; here a no is 0',
  });
};
