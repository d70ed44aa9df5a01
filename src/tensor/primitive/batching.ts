/** What batching rules are given: an application to inputs some of which are batches of examples. */
import { type AnyTensor, type AttributesOf, makeTensor, type PrimitiveName } from '../tensor.js';

/** An application of one example, to be done for a batch of them. */
export interface Batching<N extends PrimitiveName> {
  /** The inputs; those that are batches have one axis more, before all others, which counts the examples. */
  readonly inputs: readonly AnyTensor[];
  /** Of each input, whether it is a batch; the others are the same for all examples. One at least is. */
  readonly batched: readonly boolean[];
  /** An input as a batch, spread along the axis of examples where it has none. */
  readonly whole: (slot: number) => AnyTensor;
  readonly attributes: AttributesOf[N];
  /** How many examples there are; there may be none. */
  readonly size: number;
  /** Batches expressions, for the rules of primitives whose attributes hold some. */
  readonly expressions: BatchTensors;
}

/** Tensors that stand for one example, and the batches that they stand for one of. */
export type Examples = ReadonlyMap<AnyTensor, AnyTensor>;

/** Expressions over one example, computed for all of a batch. */
export interface BatchedTensors {
  /** Of a root: the result of each example, along axis 0. */
  readonly stack: (root: AnyTensor) => AnyTensor;
  /** Of a root: the sum of the results of all examples. */
  readonly total: (root: AnyTensor) => AnyTensor;
  /** All that was batched on the way, for expressions that go on from there. */
  readonly known: Examples;
}

/**
 * Rebuilds expressions over single examples as expressions over batches of `size`. What does not depend on an
 * example is left as it is, and not even looked at below the depth of the examples.
 */
export type BatchTensors = (roots: readonly AnyTensor[], examples: Examples, size: number) => BatchedTensors;

/**
 * Tensors that stand for one example of each of these batches, all of one depth above them: what a walk that
 * looks for what depends on them need not go below.
 */
export const examplesOf = (batches: readonly AnyTensor[]): readonly AnyTensor[] => {
  const depth = batches.reduce((deepest, batch) => Math.max(deepest, batch.depth), 0) + 1;
  return batches.map(({ shape, dtype }) =>
    makeTensor(shape.slice(1), dtype, { kind: 'input', name: 'one example of a batch' }, depth),
  );
};
