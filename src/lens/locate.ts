/** Where a part stands in its model: told by mistakes, and by programs for each value. */
import { within } from '../error.js';
import { requireLayers, requireText } from '../require.js';
import { identity } from '../tensor/primitive/conversion.js';
import type { AnyTensor, Scope } from '../tensor/tensor.js';
import { mapTree } from '../tree/tree.js';
import type { Buffers, Para, Parameters } from './para.js';

/** Marks the tensors of a tree as where a part of the model begins or ends. */
const marked = <T>(tree: T, scope: Scope): T =>
  // The leaves of what a layer takes and gives are tensors.
  mapTree(tree, (each) => identity(each as AnyTensor, scope));

/** The same layer, its place said in front of its mistakes and behind the values it asks for. */
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
