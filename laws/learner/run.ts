/** What the laws of training are run on: a state to begin with, batches, and where to cut them. */
import { fastCheck } from '../fast-check.js';
import type { Sampler } from '../arbitrary/draw.js';
import { drawData } from '../arbitrary/point.js';
import { type Specifications, specified } from '../arbitrary/specification.js';
import { force } from '../../src/backend/evaluate.js';
import { reference } from '../../src/backend/reference/reference.js';
import type { Batch, Learner } from '../../src/learner/learner.js';
import { type Key, key } from '../../src/operation/random.js';
import { allocate, type DType, isFloat } from '../../src/tensor/dtype.js';
import { constant } from '../../src/tensor/primitive/constant.js';
import { type Shape, sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves, mapTree, unflatten } from '../../src/tree/tree.js';

export interface Run<S, B> {
  readonly key: Key;
  /** Of that key, moved on by a step or not. */
  readonly initial: S;
  readonly batches: readonly B[];
  /** What else might have come. */
  readonly others: readonly B[];
  /** Where a run is cut. */
  readonly k: number;
  /** Times between batches. */
  readonly gaps: readonly number[];
  /** In which order states are read. */
  readonly order: readonly number[];
  /** A batch that no loss is finite on, where it looks at it. */
  readonly bad: B;
}

/** The batches that a tree of specifications describes. */
export const batchDrawer = <B>(specifications: Specifications<B>): ((sampler: Sampler) => B) => {
  const { like, rangeOf } = specified<B>(specifications);
  return (sampler) =>
    unflatten(
      like,
      leaves<AnyTensor>(like).map((leaf) => {
        const range = rangeOf(leaf);
        return constant<Shape, DType>(drawData(sampler, range), range.shape, range.dtype);
      }),
    );
};

/** The same batch, every float a NaN. */
const spoiled = <B>(batch: B): B =>
  mapTree(batch, (each) => {
    const leaf = each as AnyTensor;
    if (!isFloat(leaf.dtype)) return leaf;
    const data = allocate(leaf.dtype, sizeOf(leaf.shape)).fill(Number.NaN);
    return constant<Shape, DType>(data, leaf.shape, leaf.dtype);
  });

/** The same batch, the numbers of each float in reverse; they stay in their ranges. */
export const turned = <B>(batch: B): B =>
  mapTree(batch, (each) => {
    const leaf = each as AnyTensor;
    if (!isFloat(leaf.dtype) || leaf.node.kind !== 'constant') return leaf;
    return constant<Shape, DType>(leaf.node.data.toReversed(), leaf.shape, leaf.dtype);
  });

/** Fewer batches are likelier: a run is as long as it must be to show what is wrong. */
const MOST = 4;

/** A run of a learner over batches that are drawn. */
export const drawRun = <State, A, B, L>(
  sampler: Sampler,
  learner: Learner<State, A, B, L>,
  drawBatch: (sampler: Sampler) => Batch<A, L>,
): Run<State, Batch<A, L>> => {
  const { integer, value } = sampler;
  const backend = reference();
  const seed = key(integer(0, 2 ** 30));
  const several = (least: number): readonly Batch<A, L>[] =>
    Array.from({ length: integer(least, MOST) }, () => drawBatch(sampler));
  const fresh = force(learner.init(seed), { backend });
  const [first = fresh] = several(0)
    .slice(0, 1)
    .map((batch) => force(learner.step(fresh, batch)[0], { backend }));
  const batches = several(0);
  const run = {
    key: seed,
    initial: first,
    batches,
    others: several(0),
    k: integer(1, MOST),
    gaps: Array.from({ length: 3 }, () => integer(0, 3)),
    order: value(fastCheck.shuffledSubarray(batches.map((_, i) => i))),
    bad: spoiled(drawBatch(sampler)),
  };
  return {
    ...run,
    // A failure shows where it was cut, not the insides of tensors.
    [fastCheck.toStringMethod]: () =>
      `${batches.length} batches, ${run.others.length} others, cut at ${run.k}, gaps ${run.gaps.join(', ')}, states read in the order ${run.order.join(', ')}`,
  } as typeof run;
};
