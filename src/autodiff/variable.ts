/** Fresh variables: what a derivative is taken with respect to. */
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
