/** Residual connections and concatenation: branches that are joined again. */
import { fail, showShape } from '../error.js';
import { requireLayers } from '../require.js';
import { concat } from '../tensor/primitive/slicing.js';
import { sameShape, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { followedBy } from './composite.js';
import { addTrees } from './cartesian.js';
import { stateless } from './differentiable.js';
import type { Buffers, Para, Parameters } from './para.js';
import { fanOut } from './parallel.js';

/**
 * A residual connection: x + f(x). Throws if `f` changes the shape.
 *
 * Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep residual learning for image recognition" (arXiv 1512.03385).
 *
 * @example
 * const model = sequential(dense(4, 8), residual(sequential(dense(8, 8), relu())), dense(8, 1));
 */
export const residual = <P extends Parameters, A extends Tensor<Shape>, S extends Buffers>(
  f: Para<P, A, A, S>,
): Para<P, A, A, S> => {
  requireLayers('residual', { f });
  return {
    size: f.size,
    init: (key) => f.init(key),
    buffers: f.buffers,
    run: (p, a, ...s) => {
      const [b, back, ...next] = f.run(p, a, ...s);
      if (!sameShape(a.shape, b.shape))
        fail({
          operation: 'residual',
          what: 'the layer changes the shape of its input',
          got: `${showShape(a.shape)} to ${showShape(b.shape)}`,
          needed: 'an output of the same shape as the input, since both are added',
        });
      return [
        addTrees(a, b),
        // y = x + f(x) ⇒ dx = dy + f*(dy)
        (db) => {
          const [dp, da] = back(db);
          return [dp, addTrees(db, da)];
        },
        ...next,
      ];
    },
    evaluation: (...s) => residual(f.evaluation(...s)),
  };
};

/**
 * f(x) and g(x) concatenated along the last axis: `[…lead, b]` and `[…lead, c]` to `[…lead, b + c]`. Throws if the
 * other axes differ.
 *
 * @example
 * const model = sequential(concatenate(dense(4, 3), sequential(dense(4, 5), relu())), dense(8, 1));
 */
export const concatenate = <
  P extends Parameters,
  A,
  Lead extends Shape,
  Q extends Parameters,
  S extends Buffers,
  T extends Buffers,
>(
  f: Para<P, A, Tensor<readonly [...Lead, number]>, S>,
  g: Para<Q, A, Tensor<readonly [...Lead, number]>, T>,
): Para<readonly [...P, ...Q], A, Tensor<readonly [...Lead, number]>, readonly [...S, ...T]> => {
  requireLayers('concatenate', { f, g });
  type Part = Tensor<readonly [...Lead, number]>;
  const joined = stateless<readonly [Part, Part], Part>(
    // The shape of the parts except for the last axis.
    ([b, c]) => concat([b as Tensor<Shape>, c as Tensor<Shape>], b.shape.length - 1) as Part,
  );
  return followedBy(fanOut(f, g), joined);
};
