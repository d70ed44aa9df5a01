/** The paths of layers in a model, for error messages and for the values of programs. */
import { within } from '../error.js';
import { requireLayers, requireText } from '../require.js';
import { identity } from '../tensor/primitive/conversion.js';
import type { AnyTensor, Scope } from '../tensor/tensor.js';
import { mapTree } from '../tree/tree.js';
import type { Buffers, Para, Parameters } from './para.js';

/** Marks the tensors of a tree as the begin or end of a part of the model. */
const marked = <T>(tree: T, scope: Scope): T =>
  // The leaves of the argument and result of a layer are tensors.
  mapTree(tree, (each) => identity(each as AnyTensor, scope));

/** The same layer with its path in its error messages and in the values that it computes. */
export const located = <P extends Parameters, A, B, S extends Buffers>(
  segment: string,
  f: Para<P, A, B, S>,
): Para<P, A, B, S> => {
  requireText('located', 'segment', segment);
  requireLayers('located', { f });
  const inside = { close: segment };
  const outside = { open: segment };
  return {
    size: f.size,
    init: (key) => within(segment, () => f.init(key)),
    buffers: { size: f.buffers.size, init: (key) => within(segment, () => f.buffers.init(key)) },
    run: (p, a, ...s) => {
      const [b, back, ...next] = within(segment, () =>
        f.run(marked(p, inside), marked(a, inside), ...marked(s, inside)),
      );
      return [
        marked(b, outside),
        (db) =>
          marked(
            within(segment, () => back(marked(db, inside))),
            outside,
          ),
        ...marked(next, outside),
      ];
    },
    evaluation: (...s) =>
      located(
        segment,
        within(segment, () => f.evaluation(...s)),
      ),
  };
};
