/** Changes must be like what they are changes of. */
import { required } from '../require.js';
import { fail, showShape } from '../error.js';
import { isFloat } from '../tensor/dtype.js';
import { sameShape } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';

/** The words of the error: the operation, what it was given, and what that must be like. */
interface Wording {
  readonly operation: 'pullback' | 'pushforward' | 'batched';
  readonly what: 'cotangent' | 'tangent';
  readonly like: 'result' | 'argument';
}

/** Throws if changes are not as many as the tensors, or a float's is of another shape or dtype. */
export const requireLike = (
  { operation, what, like }: Wording,
  tensors: readonly AnyTensor[],
  changes: readonly AnyTensor[],
): void => {
  if (changes.length !== tensors.length)
    fail({
      operation,
      what: `a ${what} of another structure`,
      got: `${changes.length} leaves`,
      needed: `${tensors.length}, like the ${like}`,
    });
  for (const [i, change] of changes.entries()) {
    const tensor = required(tensors[i], 'a tensor');
    if (isFloat(tensor.dtype) && !(sameShape(tensor.shape, change.shape) && tensor.dtype === change.dtype))
      fail({
        operation,
        what: `a ${what} unlike its ${like}`,
        got: `${change.dtype} ${showShape(change.shape)}`,
        needed: `${tensor.dtype} ${showShape(tensor.shape)}`,
      });
  }
};
