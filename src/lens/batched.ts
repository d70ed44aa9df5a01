/** Batching: turns a layer for one example into a layer for batches. */
import { batchTensors } from '../autodiff/batch.js';
import { requireLike, tensorsOf } from '../autodiff/variable.js';
import { type Batched, batchedTree, oneOfBatch } from '../autodiff/vmap.js';
import { requireLayers, requireNoBuffers } from '../require.js';
import { examplesOf } from '../tensor/primitive/batching.js';
import { unflatten } from '../tree/tree.js';
import type { Para, Parameters } from './para.js';

/**
 * Turns a layer for one example into a layer for batches along axis 0 of every leaf, as one computation: `dense` over
 * `[inputs]` becomes `dense` over `[batch, inputs]`. All examples share the parameters, whose gradient is the sum over
 * the examples. A custom backward of the layer is used. A layer with buffers is a type error; use its `evaluation`.
 * Throws if the leaves have different numbers of examples, or no axes.
 *
 * Law G-9: the results and the gradients of the argument are stacked from those of each example; the gradient of the
 * parameters is their sum.
 *
 * @example
 * batched(scale).run(scale.init(key(1)), tensor([[1, 2], [3, 4]]))[0]; // [[1, 2], [3, 4]]
 */
export const batched = <P extends Parameters, A, B>(f: Para<P, A, B>): Para<P, Batched<A>, Batched<B>> => {
  requireLayers('batched', { f });
  requireNoBuffers('batched', f);
  return {
    size: f.size,
    init: (key) => f.init(key),
    buffers: f.buffers,
    run: (p, a) => {
      const { example, examples, size } = oneOfBatch<A>('batched', a);
      const [b, back] = f.run(p, example);
      const forward = batchTensors(tensorsOf(b), examples, size);
      const results = tensorsOf(b).map(forward.stack);
      const cotangents = examplesOf(results);
      const backOfBatch = (db: Batched<B>): readonly [P, Batched<A>] => {
        const given = tensorsOf(db);
        requireLike({ operation: 'batched', what: 'cotangent', like: 'result' }, results, given);
        const known = new Map(forward.known);
        for (const [i, cotangent] of cotangents.entries()) {
          const batch = given[i];
          if (batch !== undefined) known.set(cotangent, batch);
        }
        const [dp, da] = back(unflatten(b, cotangents));
        const { stack, total } = batchTensors(tensorsOf([dp, da]), known, size);
        return [unflatten(dp, tensorsOf(dp).map(total)), batchedTree(da, tensorsOf(da).map(stack))];
      };
      return [batchedTree(b, results), backOfBatch];
    },
    evaluation: () => batched(f.evaluation()),
  };
};
