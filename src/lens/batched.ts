/** A layer of one example as a layer of batches of them. */
import { batchTensors } from '../autodiff/batch.js';
import { requireLike } from '../autodiff/like.js';
import { tensorsOf } from '../autodiff/variable.js';
import { type Batched, batchedTree, oneOfBatch } from '../autodiff/vmap.js';
import { fail } from '../error.js';
import { requireLayers } from '../require.js';
import { examplesOf } from '../tensor/primitive/batching.js';
import { leafPaths, unflatten } from '../tree/tree.js';
import { withCarried } from './carried.js';
import { CARRIED } from './differentiable.js';
import { evaluation } from './evaluation.js';
import { bare, nextOf } from './carried-marks.js';
import type { Para, Parameters } from './para.js';

/** Throws if what is carried changes: each example would carry something else to the next step. */
const requireStill = (p: Parameters, next: () => Parameters): void => {
  const paths = leafPaths(p);
  if (!paths.some((path) => path.includes(CARRIED))) return;
  const after = tensorsOf(next());
  for (const [i, tensor] of tensorsOf(p).entries()) {
    const [path, other] = [paths[i] ?? [], after[i]];
    if (!path.includes(CARRIED) || (other !== undefined && bare(other) === bare(tensor))) continue;
    fail({
      operation: 'batched',
      path,
      what: 'a layer that carries state from step to step, which no single example has',
      got: path.join('.'),
      needed: 'a layer of parameters that are learned',
      hint: 'batch evaluation(model), which carries nothing on, or put the layer behind batched(…), over the whole batch',
    });
  }
};

/**
 * A layer of one example as one of a batch along axis 0 of every leaf, by one computation: `dense` over `[inputs]`
 * is `dense` over `[batch, inputs]`. All examples share the parameters, whose change is the sum over the examples;
 * a backward of the layer's own is used. Throws if leaves differ in their number of examples, or have no axis,
 * and where the layer carries state, such as running statistics or the key of dropout; its `evaluation` may.
 *
 * Law G-9: results and changes of the argument are the stack of those of each example, the change of the parameters
 * is their sum.
 *
 * @example
 * batched(scale).run(scale.init(key(1)), tensor([[1, 2], [3, 4]]))[0]; // [[1, 2], [3, 4]]
 */
export const batched = <P extends Parameters, A, B>(f: Para<P, A, B>): Para<P, Batched<A>, Batched<B>> => {
  requireLayers('batched', { f });
  return {
    size: f.size,
    init: (key) => f.init(key),
    run: (p, a) => {
      const { example, examples, size } = oneOfBatch<A>('batched', a);
      const [b, back] = f.run(p, example);
      const forward = batchTensors(tensorsOf(b), examples, size);
      const results = tensorsOf(b).map(forward.stack);
      const cotangents = examplesOf(results);
      const ofOne = (): readonly [P, A] => back(unflatten(b, cotangents));
      requireStill(p, () => ofOne()[0]);
      const backOfBatch = (db: Batched<B>): readonly [P, Batched<A>] => {
        const given = tensorsOf(db);
        requireLike({ operation: 'batched', what: 'cotangent', like: 'result' }, results, given);
        const known = new Map(forward.known);
        for (const [i, cotangent] of cotangents.entries()) {
          const batch = given[i];
          if (batch !== undefined) known.set(cotangent, batch);
        }
        const [dp, da] = ofOne();
        const { stack, total } = batchTensors(tensorsOf([dp, da]), known, size);
        return [
          withCarried(unflatten(dp, tensorsOf(dp).map(total)), nextOf(p, p)),
          batchedTree(da, tensorsOf(da).map(stack)),
        ];
      };
      return [batchedTree(b, results), backOfBatch];
    },
    evaluation: () => batched(evaluation(f)),
  };
};
