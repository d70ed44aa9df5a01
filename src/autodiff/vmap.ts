/** A function of one example, mapped over a batch of them. */
import { fail, showShape } from '../error.js';
import { type Examples, examplesOf } from '../tensor/primitive/batching.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { leafPaths, unflatten } from '../tree/tree.js';
import { batchTensors } from './batch.js';
import { tensorsOf } from './variable.js';

/** A tree like T whose leaves have one axis more in front, which counts examples; of any rank, it is of any rank. */
export type Batched<T> =
  T extends Tensor<infer S, infer D>
    ? Tensor<Shape extends S ? Shape : readonly [number, ...S], D>
    : { readonly [K in keyof T]: Batched<T[K]> };

/** A tree of one example that stands for all of a batch. */
export interface OneOfBatch<A> {
  readonly example: A;
  readonly examples: Examples;
  readonly size: number;
}

/** The number of examples; throws if leaves have none, or not the same. */
const countExamples = (operation: string, batch: unknown): number => {
  const shapes = tensorsOf(batch).map(({ shape }) => shape);
  const size = shapes.find((shape) => shape.length > 0)?.[0];
  const other = shapes.findIndex((shape) => shape[0] !== size);
  if (size !== undefined && other < 0) return size;
  return fail({
    operation,
    path: leafPaths(batch)[Math.max(0, other)] ?? [],
    what: whatIsWrong(shapes, size),
    got: shapes.map(showShape).join(' and '),
    needed: 'axes 0 of one size',
    hint: 'use values that all examples share from outside of the function, not as arguments',
  });
};

const whatIsWrong = (shapes: readonly Shape[], size: number | undefined): string => {
  if (shapes.length === 0) return 'no leaf whose examples could be counted';
  return size === undefined || shapes.some(({ length }) => length === 0)
    ? 'a leaf without an axis of examples'
    : 'leaves of unequal numbers of examples';
};

/** One example of a batch, whatever it is. */
export const oneOfBatch = <A>(operation: string, batch: Batched<A>): OneOfBatch<A> => {
  const size = countExamples(operation, batch);
  const batches = tensorsOf(batch);
  const examples = examplesOf(batches);
  return {
    // Each leaf has lost the axis that the type of the batch has more.
    example: unflatten<unknown>(batch, examples) as A,
    examples: new Map(examples.flatMap((example, i) => (batches[i] ? [[example, batches[i]]] : []))),
    size,
  };
};

/** The tree of these batches. */
export const batchedTree = <B>(like: B, batches: readonly unknown[]): Batched<B> =>
  // Each leaf has the axis more that the type says.
  unflatten<unknown>(like, batches) as Batched<B>;

/**
 * `f`, a function of one example, mapped over axis 0 of every leaf of its argument: `f` runs once, and what comes
 * of it is one computation over the batch. Tensors that `f` uses from outside are shared by all examples; a result
 * that depends on no example is the same for each. It nests, and commutes with `gradient`, `pullback` and
 * `pushforward`. Throws if leaves differ in their number of examples, or have no axis.
 *
 * Law G-9: results are the stack of those of each example by itself.
 *
 * @example
 * const error = (w: Tensor<[2]>, x: Tensor<[2]>) => sum(multiply(multiply(w, x), x));
 * const shared = tensor([1, 2]);
 * // One gradient an example, of parameters that all share:
 * vmap((x: Tensor<[2]>) => gradient((w: Tensor<[2]>) => error(w, x))(shared))(tensor([[1, 2], [3, 4]])); // [[1, 4], [9, 16]]
 */
export const vmap =
  <A, B>(f: (a: A) => B) =>
  (batch: Batched<A>): Batched<B> => {
    const { example, examples, size } = oneOfBatch<A>('vmap', batch);
    const b = f(example);
    const results = tensorsOf(b);
    return batchedTree(b, results.map(batchTensors(results, examples, size).stack));
  };
