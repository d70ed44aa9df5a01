/** Fresh variables, which derivatives are taken with respect to, and changes, which must be like them. */
import { fail, showShape } from '../error.js';
import { required } from '../require.js';
import { isFloat } from '../tensor/dtype.js';
import { sameShape } from '../tensor/shape.js';
import { leaves } from '../tree/tree.js';
import { type AnyTensor, makeTensor } from '../tensor/tensor.js';

/**
 * The tensors under new identities, so that nothing else in reach of the function is mistaken for its
 * argument: a derivative inside a derivative confuses no perturbation. All are given the depth of the
 * deepest, which lets a sweep stop above everything that was there before.
 */
export const variablesOf = (tensors: readonly AnyTensor[]): readonly AnyTensor[] => {
  const depth = tensors.reduce((deepest, tensor) => Math.max(deepest, tensor.depth), 0) + 1;
  return tensors.map((tensor) =>
    makeTensor(
      tensor.shape,
      tensor.dtype,
      { kind: 'application', name: 'identity', attributes: { scope: undefined }, inputs: [tensor] },
      depth,
    ),
  );
};

/** The leaves of a tree of tensors; throws if a part is none. */
export const tensorsOf = (tree: unknown): readonly AnyTensor[] => leaves<AnyTensor>(tree);

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
      what: `the ${what} has another structure than the ${like}`,
      got: `${changes.length} leaves`,
      needed: `${tensors.length}, like the ${like}`,
    });
  for (const [i, change] of changes.entries()) {
    const tensor = required(tensors[i], 'a tensor');
    if (isFloat(tensor.dtype) && !(sameShape(tensor.shape, change.shape) && tensor.dtype === change.dtype))
      fail({
        operation,
        what: `the ${what} has another shape or dtype than the ${like}`,
        got: `${change.dtype} ${showShape(change.shape)}`,
        needed: `${tensor.dtype} ${showShape(tensor.shape)}`,
      });
  }
};
