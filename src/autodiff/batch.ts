/** From expressions over one example to expressions over a batch of them, by the batching rule of each primitive. */
import { required } from '../require.js';
import type { BatchTensors, Examples } from '../tensor/primitive/batching.js';
import { dependents } from '../tensor/primitive/dependents.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { primitives } from '../tensor/primitive/table.js';
import { behindOne, range } from '../tensor/shape.js';
import type { AnyTensor, Application, PrimitiveName } from '../tensor/tensor.js';
import { totalOf } from './batch-total.js';

/** The same for every example. */
const spread = (tensor: AnyTensor, size: number): AnyTensor =>
  broadcast(tensor, [size, ...tensor.shape], behindOne(range(tensor.shape.length)));

const batchOf = <N extends PrimitiveName>(
  { name, attributes, inputs }: Application<N>,
  known: Examples,
  size: number,
): AnyTensor => {
  const given = inputs.map((input) => known.get(input) ?? input);
  const batched = inputs.map((input) => known.has(input));
  const whole = (slot: number): AnyTensor => {
    const input = required(given[slot], 'an input');
    return batched[slot] === true ? input : spread(input, size);
  };
  return primitives[name].batch({
    inputs: given,
    batched,
    whole,
    attributes,
    size,
    expressions: batchTensors,
  });
};

/**
 * Rebuilds expressions over single examples as expressions over a batch of `size`: `examples` are the tensors that
 * stand for one example each, with the batches that they stand for.
 */
export const batchTensors: BatchTensors = (roots, examples, size) => {
  const known = new Map(examples);
  for (const tensor of dependents([...examples.keys()], roots))
    if (tensor.node.kind === 'application')
      known.set(tensor, batchOf<PrimitiveName>(tensor.node, known, size));
  const stack = (root: AnyTensor): AnyTensor => known.get(root) ?? spread(root, size);
  return {
    known,
    stack,
    total: totalOf({ differs: (tensor) => known.has(tensor), stack, size, expressions: batchTensors }),
  };
};
