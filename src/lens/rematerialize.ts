/** Rematerialization (gradient checkpointing): the backward pass recomputes the forward values of a part. */
import { requireLayers } from '../require.js';
import { fence } from '../tensor/primitive/conversion.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, mapTree } from '../tree/tree.js';
import type { Buffers, Para, Parameters } from './para.js';

/** The tree, whose computation waits for `after`. */
const fenced = <T>(tree: T, after: readonly AnyTensor[]): T =>
  // The leaves of the argument of a layer are tensors.
  mapTree(tree, (each) => fence(each as AnyTensor, after));

/**
 * The same layer, but its backward stores only parameters and argument, and runs the layer forward once more. This
 * costs about a third more arithmetic and saves the memory of all inner values. The gradient, the buffers and the masks
 * of dropout are bitwise the same. Use it around parts of several layers, such as blocks. It saves memory with the
 * model's own backward, as in a learner, but not if the result is differentiated with `gradient`.
 *
 * Source: T. Chen, B. Xu, C. Zhang, C. Guestrin, "Training deep nets with sublinear memory cost"
 * (arXiv 1604.06174).
 *
 * Law: F-18.
 *
 * @example
 * const block = rematerialize(sequential(dense(64, 64), relu(), dense(64, 64), relu()));
 */
export const rematerialize = <P extends Parameters, A, B, S extends Buffers>(
  f: Para<P, A, B, S>,
): Para<P, A, B, S> => {
  requireLayers('rematerialize', { f });
  return {
    size: f.size,
    init: (key) => f.init(key),
    buffers: f.buffers,
    run: (p, a, ...s) => {
      const [b, , ...next] = f.run(p, a, ...s);
      return [
        b,
        // (p, a) once db exists ⇒ b again, and its backward
        (db) => {
          const after = leaves<AnyTensor>(db);
          const [, back] = f.run(fenced(p, after), fenced(a, after), ...fenced(s, after));
          return back(db);
        },
        ...next,
      ];
    },
    evaluation: (...s) => rematerialize(f.evaluation(...s)),
  };
};
