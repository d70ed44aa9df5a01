/** Changes must be like what they are changes of. */
import { fail, showShape } from '../error.js';
import { isFloat } from '../tensor/dtype.js';
import { sameShape } from '../tensor/shape.js';
import type { AnyTensor } from '../tensor/tensor.js';

/** Who asks, for what, and what it must be like. */
interface Asked {
  readonly operation: 'pullback' | 'pushforward' | 'batched';
  readonly what: 'cotangent' | 'tangent';
  readonly like: 'result' | 'argument';
}

/** Throws if changes are not as many as the tensors, or a float's is of another shape or dtype. */
export const requireLike = (
  { operation, what, like }: Asked,
  tensors: readonly AnyTensor[],
  changes: readonly AnyTensor[],
): void => {
  if (changes.length !== tensors.length)
    fail({
      operation,
      what: `the ${what} has another structure than the ${like}`,
      got: `${changes.length} leaves`,
      needed: `${tensors.length}, like the ${like}`,
    });
  for (const [i, change] of changes.entries()) {
    const tensor = tensors[i] ?? change;
    if (isFloat(tensor.dtype) && !(sameShape(tensor.shape, change.shape) && tensor.dtype === change.dtype))
      fail({
        operation,
        what: `the ${what} has another shape or dtype than the ${like}`,
        got: `${change.dtype} ${showShape(change.shape)}`,
        needed: `${tensor.dtype} ${showShape(tensor.shape)}`,
      });
  }
};
