/** A loop over a batch of examples: the same loop, of a body over all of them. */
import { required } from '../../require.js';
import { sizeOf } from '../shape.js';
import type { AnyTensor } from '../tensor.js';
import type { Batching } from './batching.js';
import { full } from './constant.js';
import { cast } from './conversion.js';
import { moveAxis, reshape } from './movement.js';
import { type Binding, makeScan } from './scan-body.js';
import { type Place, scanLayout, scanParts, standIn } from './scan-layout.js';
import { concat } from './slicing.js';

/** A stand-in for what all examples have at a step. */
const atStep = (batch: AnyTensor, isStacked: boolean): AnyTensor =>
  standIn({ shape: isStacked ? batch.shape.slice(1) : batch.shape, dtype: batch.dtype }, batch.depth);

/** The state is a batch, as it becomes one; what is shared or stacked is only where it is handed in as one. */
export const batchScan = ({
  inputs,
  batched,
  whole,
  attributes,
  size,
  expressions,
}: Batching<'scan'>): AnyTensor => {
  const { body, shared, state, summed, length, reverse } = attributes;
  const examples = new Map<AnyTensor, AnyTensor>();
  const given = body.inputs.map((inside, slot): Binding => {
    const isState = slot >= shared && slot < shared + state;
    const isStacked = slot >= shared + state;
    if (!isState && batched[slot] !== true) return [inside, required(inputs[slot], 'an input')];
    // What is stacked has the places of the loop before the examples.
    const outside = isStacked ? moveAxis(whole(slot), 0, 1) : whole(slot);
    const standing = atStep(outside, isStacked);
    examples.set(inside, standing);
    return [standing, outside];
  });
  const { stack } = expressions(body.outputs, examples, size);
  const outputs = body.outputs.map(stack);
  const first = outputs.length - summed;
  const loop = makeScan({
    shared: given.slice(0, shared),
    state: given.slice(shared, shared + state),
    stacked: given.slice(shared + state),
    next: outputs.slice(0, state),
    results: outputs.slice(state, first),
    sums: outputs.slice(first),
    length,
    reverse,
  });
  const parts = scanParts(loop.flat, loop.attributes);
  const layout = scanLayout(body.outputs, attributes);
  /** Parts of all examples as those of each, one after the other. */
  const flattened = (
    places: readonly Place[],
    all: readonly AnyTensor[],
    isStacked: boolean,
  ): readonly AnyTensor[] =>
    places.flatMap(({ shape }, i) => {
      const part = all[i];
      if (part === undefined) return [];
      const ofEach = isStacked ? moveAxis(part, 1, 0) : part;
      return [cast(reshape(ofEach, [size, sizeOf(shape)]), layout.dtype)];
    });
  const pieces = [
    ...flattened(layout.records, parts.records, true),
    ...flattened(layout.last, parts.last, false),
    ...flattened(layout.results, parts.results, true),
    ...flattened(layout.sums, parts.sums, false),
  ];
  return pieces.length === 0 ? full([size, 0], 0, layout.dtype) : concat(pieces, 1);
};
