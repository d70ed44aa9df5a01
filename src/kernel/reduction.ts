/** The passes of reductions and products. */
import { required } from '../require.js';
import { without } from '../tensor/shape.js';
import { addressIn, expressionOf, identityMap } from './access.js';
import { type Pass, hasRoomFor, type State } from './pass.js';
import { addReduction, emptyGroup, isWide, reducedMap } from './group.js';
import { alongAxis, still } from './index-map.js';
import type { Store } from './kernel.js';
import { countOf, isWorthPacking, lettersOf, productShape, type ProductShape } from './product.js';
import { instructionAt, type Operation, type OperationOfKind, type ValueId } from '../graph/program.js';

/** The pass that a reduction joins, with it in it. */
export const reduction = (state: State, id: ValueId, operation: OperationOfKind<'reduction'>): Pass => {
  const { name, attributes } = operation;
  const axes = 'axes' in attributes ? attributes.axes : [attributes.axis];
  const operand = required(operation.inputs[0], 'the operand of a reduction');
  const { shape } = instructionAt(state.program, operand);
  const { program, inMemory, passes, waitsOf } = state;
  const domain = without(shape, axes);
  const reduced = axes.map((axis) => required(shape[axis], 'a size'));
  const map = reducedMap(shape, axes);
  const alone = emptyGroup(program, inMemory, domain, { reduced });
  const wide = isWide(addReduction(alone, id, name, expressionOf(alone.access, operand, map)));
  // Another reduction over the same axes of the same arrays shares their loads.
  const reads = [...alone.reads];
  const latest = passes.latestOf([...reads, ...waitsOf(id)]);
  for (const host of passes.openAfter(latest, { domain, wide, reduced })) {
    if (!hasRoomFor(host, reads.length) || !reads.some((value) => host.group.reads.has(value))) continue;
    addReduction(host.group, id, name, expressionOf(host.group.access, operand, map));
    return host;
  }
  return { group: alone, wide };
};

/** The pass that a contraction begins: a product with its packed panels, or a loop. */
export const product = (state: State, id: ValueId, operation: Operation<'contract'>): Pass => {
  const { program, inMemory } = state;
  const [left, right] = operation.inputs.map((input) => instructionAt(program, input).shape);
  const shape = productShape(operation, required(left, 'a factor'), required(right, 'a factor'));
  if (!isWorthPacking(operation, shape)) return dot(state, id, operation, shape);
  const group = emptyGroup(program, inMemory, operation.shape, { product: { operation, shape } });
  group.values.set(id, { kind: 'tile', dtype: 'float32' });
  for (const input of operation.inputs) {
    const own = instructionAt(program, input).shape;
    group.reads.add(addressIn({ ...group.access, rank: own.length }, input, identityMap(own, own.length))[0]);
  }
  return { group, wide: false };
};

/** So many products are added in float32: the error is at most as many roundings of the sum of their sizes. */
const LONG = 1024;

/** A contraction that is not worth packing: a loop over the result with a sum of products inside. */
const dot = (
  { program, inMemory }: State,
  id: ValueId,
  operation: Operation<'contract'>,
  shape: ProductShape,
): Pass => {
  const { left, right } = operation.attributes;
  const group = emptyGroup(program, inMemory, operation.shape, { reduced: shape.inner.map(shape.sizeOf) });
  const letters = [...lettersOf(operation.attributes.out), ...shape.inner];
  const read = (slot: number, word: string): Store['expression'] => {
    const map = lettersOf(word).map((letter) =>
      shape.sizeOf(letter) === 1 ? still(letters.length) : alongAxis(letters.length, letters.indexOf(letter)),
    );
    return expressionOf(group.access, required(operation.inputs[slot], 'a factor'), map);
  };
  const body = {
    kind: 'apply',
    dtype: operation.dtype,
    name: 'multiply',
    inputs: [read(0, left), read(1, right)],
  } as const;
  // A dot is added up in the dtype itself, a sum in float64.
  const combine = countOf(shape, shape.inner) > LONG ? 'sum' : 'dot';
  return { group, wide: isWide(addReduction(group, id, combine, body)) };
};
