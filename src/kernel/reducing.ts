/** The passes of reductions and products. */
import { without } from '../tensor/shape.js';
import { addressIn, expressionOf, identityMap } from './access.js';
import { type Pass, hasRoomFor, type State } from './pass.js';
import { addReduction, emptyGroup, isWide, reducedMap } from './group.js';
import { alongAxis, still } from './index-map.js';
import type { Store } from './kernel.js';
import { countOf, isWorthPacking, lettersOf, productShape, type ProductShape } from './product.js';
import { instructionAt, type Operation, type SomeOperation, type ValueId } from '../graph/program.js';

/** The pass that a reduction or a product joins, with it in it. */
export const reductionOrProduct = (state: State, id: ValueId, operation: SomeOperation): Pass => {
  const { program, inMemory } = state;
  const [first, second] = operation.inputs;
  const operandShape = (value: ValueId | undefined): readonly number[] =>
    value === undefined ? [] : instructionAt(program, value).shape;
  switch (operation.name) {
    case 'sum':
      return reduction(state, id, operandShape(first), operation.attributes.axes, 'sum', first ?? -1);
    case 'max':
    case 'argmax':
      return reduction(
        state,
        id,
        operandShape(first),
        [operation.attributes.axis],
        operation.name,
        first ?? -1,
      );
    case 'contract': {
      const shape = productShape(operation, operandShape(first), operandShape(second));
      if (!isWorthPacking(operation, shape)) return dot(state, id, operation, shape);
      const group = emptyGroup(program, inMemory, operation.shape, { product: { operation, shape } });
      group.values.set(id, { kind: 'tile', dtype: 'float32' });
      for (const input of operation.inputs) {
        const map = identityMap(operandShape(input), operandShape(input).length);
        group.reads.add(addressIn({ ...group.access, rank: map.length }, input, map)[0]);
      }
      return { group, wide: false };
    }
    default:
      throw new RangeError(`fuse: ${operation.name} is no reduction`);
  }
};

const reduction = (
  state: State,
  id: ValueId,
  shape: readonly number[],
  axes: readonly number[],
  combine: 'sum' | 'max' | 'argmax',
  operand: ValueId,
): Pass => {
  const { program, inMemory, passes, waitsOf } = state;
  const domain = without(shape, axes);
  const reduced = axes.map((axis) => shape[axis] ?? 0);
  const map = reducedMap(shape, axes);
  const alone = emptyGroup(program, inMemory, domain, { reduced });
  const wide = isWide(addReduction(alone, id, combine, expressionOf(alone.access, operand, map)));
  // Another reduction over the same axes of the same arrays shares their loads.
  const reads = [...alone.reads];
  const latest = passes.latestOf([...reads, ...waitsOf(id)]);
  for (const host of passes.openAfter(latest, { domain, wide, reduced })) {
    if (!hasRoomFor(host, reads.length) || !reads.some((value) => host.group.reads.has(value))) continue;
    addReduction(host.group, id, combine, expressionOf(host.group.access, operand, map));
    return host;
  }
  return { group: alone, wide };
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
    return expressionOf(group.access, operation.inputs[slot] ?? -1, map);
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
