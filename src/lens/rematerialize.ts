/** Rematerialization: what a part of a model computes on the way forward is computed again on the way back. */
import { requireLayers } from '../require.js';
import { fence } from '../tensor/primitive/conversion.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves, mapTree } from '../tree/tree.js';
import type { Buffers, Para, Parameters } from './para.js';

/** The tree, not to be looked at before `after` is there. */
const fenced = <T>(tree: T, after: readonly AnyTensor[]): T =>
  // The leaves of what a layer takes are tensors.
  mapTree(tree, (each) => fence(each as AnyTensor, after));

/**
 * The same layer, which keeps nothing for its way back but its parameters and argument: the way back runs it
 * forward once more. A third more arithmetic, for the memory of all that is inside; every bit of the gradient, of
 * the buffers and of dropout's masks stays. It pays around parts of several layers each, such as blocks. The
 * memory is saved where a model's own way back is gone, as a learner does, not where its result is differentiated
 * as an expression.
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
        // (p, a) when db is there ⇒ b again, and its way back
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
