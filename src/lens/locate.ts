/** Where a part stands in its model: told by mistakes, and by programs for each value. */
import { within } from '../error.js';
import { requireLayers, requireText } from '../require.js';
import { identity } from '../tensor/primitive/conversion.js';
import type { AnyTensor, Scope } from '../tensor/tensor.js';
import { mapTree } from '../tree/tree.js';
import { evaluation } from './evaluation.js';
import type { Para, Parameters } from './para.js';

/** Marks the tensors of a tree as where a part of the model begins or ends. */
const marked = <T>(tree: T, scope: Scope): T =>
  // The leaves of what a layer takes and gives are tensors.
  mapTree(tree, (each) => identity(each as AnyTensor, scope));

/** The same layer, its place said in front of its mistakes and behind the values it asks for. */
export const located = <P extends Parameters, A, B>(segment: string, f: Para<P, A, B>): Para<P, A, B> => {
  requireText('located', 'segment', segment);
  requireLayers('located', { f });
  const inside = { close: segment };
  const outside = { open: segment };
  return {
    size: f.size,
    init: (key) => within(segment, () => f.init(key)),
    run: (p, a) => {
      const [b, back] = within(segment, () => f.run(marked(p, inside), marked(a, inside)));
      return [
        marked(b, outside),
        (db) =>
          marked(
            within(segment, () => back(marked(db, inside))),
            outside,
          ),
      ];
    },
    evaluation: () => located(segment, evaluation(f)),
  };
};
