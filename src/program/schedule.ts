/**
 * Schedule: from a program to kernels in order.
 *
 * Values that stand in memory are taken one by one, in program order. Each joins a pass over the same domain
 * where it can: the one that computed what it needs at the same point, so that this never leaves registers,
 * or one that reads the same. Otherwise it begins a pass. What no other kernel reads is then not stored.
 * What is made of a fenced value joins no pass before the one that makes what the fence names.
 */
import { sizeOf, without } from '../tensor/shape.js';
import { addressIn, expressionOf, identityMap } from './access.js';
import { simplifyAxes } from './axes.js';
import { unfenced, waitsIn } from './fence.js';
import {
  accepts,
  addReduction,
  addValue,
  type Dependency,
  dependenciesOf,
  emptyGroup,
  type Group,
  isWide,
  reducedMap,
} from './group.js';
import { alongAxis, still } from './index-map.js';
import type { Kernel, Store } from './kernel.js';
import { lower } from './lower.js';
import { isInline, materialized, rowMajorSource } from './materialize.js';
import { isWorthPacking, lettersOf, productShape, type ProductShape } from './product.js';
import {
  instructionAt,
  type Operation,
  type Program,
  type ScanInstruction,
  type SomeOperation,
  type ValueId,
} from './program.js';
import { readsOf } from './reads.js';
import { isEmpty, isScatter, scatterKernels } from './scatter.js';

export interface Schedule {
  readonly program: Program;
  readonly kernels: readonly Kernel[];
}

/** A pass that would touch more arrays than this is split. */
const MOST_ARRAYS = 24;

interface Draft {
  readonly group: Group;
  /** Of a scatter or a scan, which is ready as it is. */
  readonly kernels?: readonly Kernel[];
}

/** The kernels of a program. */
export const schedule = (fenced: Program): Schedule => {
  const program = unfenced(fenced);
  const inMemory = materialized(program);
  const waitsOf = waitsIn(fenced, inMemory);
  const drafts: Draft[] = [];
  const makers = new Map<ValueId, Draft>();
  const place = (id: ValueId, draft: Draft): void => {
    makers.set(id, draft);
    for (const value of waitsOf(id)) draft.group.waits.add(value);
    if (!drafts.includes(draft)) drafts.push(draft);
  };

  for (const id of [...inMemory].toSorted((a, b) => a - b)) {
    const operation = instructionAt(program, id);
    if (operation.kind === 'scan') place(id, loop(program, inMemory, id, operation));
    if (operation.kind !== 'operation') continue;
    const state = { program, inMemory, drafts, makers, waitsOf };
    if (isInline(operation)) place(id, pointwise(state, id));
    else if (isScatter(operation)) place(id, scatter(program, inMemory, id, operation));
    else place(id, reductionOrProduct(state, id, operation));
  }

  const stored = new Set<ValueId>(program.outputs);
  for (const { group } of drafts) for (const value of group.reads) stored.add(value);
  const kernels = drafts.flatMap((draft) => draft.kernels ?? lower(program, inMemory, draft.group, stored));
  return { program, kernels: kernels.filter((kernel) => kernel.kind !== 'loop' || !isEmpty(kernel)) };
};

interface State {
  readonly program: Program;
  readonly inMemory: ReadonlySet<ValueId>;
  readonly drafts: Draft[];
  readonly makers: ReadonlyMap<ValueId, Draft>;
  /** What in memory must be there before a value, beside what it reads. */
  readonly waitsOf: (id: ValueId) => readonly ValueId[];
}

/** The last pass that makes one of these values; −1 where none does. */
const latestOf = ({ drafts, makers }: State, values: Iterable<ValueId>): number =>
  [...values].reduce((latest, value) => {
    const maker = makers.get(value);
    return maker === undefined ? latest : Math.max(latest, drafts.indexOf(maker));
  }, -1);

/** The pass that a point-wise value joins, with the value in it. */
const pointwise = (state: State, id: ValueId): Draft => {
  const { program, inMemory, waitsOf } = state;
  const { shape } = instructionAt(program, id);
  const needs = dependenciesOf(program, inMemory, id);
  const alone = emptyGroup(program, inMemory, shape);
  addValue(alone, id);
  const wide = isWide([...alone.values.values()]);
  const joined = hostOf(state, shape, wide, needs, waitsOf(id));
  if (joined === undefined) return { group: alone };
  addValue(joined.group, id);
  return joined;
};

const hostOf = (
  state: State,
  shape: readonly number[],
  wide: boolean,
  needs: readonly Dependency[],
  waits: readonly ValueId[],
): Draft | undefined => {
  const { drafts, makers } = state;
  const fits = ({ group }: Draft): boolean =>
    accepts(group, shape, wide) && group.reads.size + group.values.size + needs.length <= MOST_ARRAYS;
  /** Whether all that is needed from this pass is needed at the point itself. */
  const onlyHere = (draft: Draft): boolean =>
    needs.every(({ value, inPlace }) => makers.get(value) !== draft || inPlace);
  const latest = latestOf(state, [...needs.map(({ value }) => value), ...waits]);
  const last = drafts[latest];
  if (last !== undefined && fits(last) && onlyHere(last)) return last;
  // A pass that made what is needed, with nothing after it that reads from it, may as well come last.
  for (const { value } of needs) {
    const maker = makers.get(value);
    if (maker === undefined || !fits(maker) || !onlyHere(maker) || isRead(drafts, maker)) continue;
    drafts.splice(drafts.indexOf(maker), 1);
    drafts.push(maker);
    return maker;
  }
  const shares = ({ group }: Draft): boolean =>
    group.product === undefined &&
    needs.some(({ value }) => group.reads.has(value) || group.values.has(value));
  return drafts.slice(latest + 1).findLast((draft) => fits(draft) && (shares(draft) || sizeOf(shape) <= 64));
};

/** Whether another pass reads what this one makes, or waits for it. */
const isRead = (drafts: readonly Draft[], { group }: Draft): boolean =>
  drafts.some(
    ({ group: other }) =>
      other !== group &&
      [...group.values.keys()].some((value) => other.reads.has(value) || other.waits.has(value)),
  );

/** A loop is a pass of its own, over what lies in memory. */
const loop = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  id: ValueId,
  instruction: ScanInstruction,
): Draft => {
  const { dtype, shape } = instruction;
  const inputs = instruction.inputs.map((input) => rowMajorSource(program, input));
  const group = emptyGroup(program, inMemory, shape, { sealed: true });
  group.values.set(id, { kind: 'load', dtype, value: id, at: still(0) });
  for (const { value } of inputs) group.reads.add(value);
  return {
    group,
    kernels: sizeOf(shape) === 0 ? [] : [{ kind: 'scan', value: id, loop: instruction, inputs }],
  };
};

const scatter = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  id: ValueId,
  operation: Extract<SomeOperation, { readonly name: 'pad' | 'concat' | 'windowSum' | 'scatterAdd' }>,
): Draft => {
  const kernels = scatterKernels(program, inMemory, id, operation).map((kernel) => simplifyAxes(kernel));
  const group = emptyGroup(program, inMemory, operation.shape, { sealed: true });
  group.values.set(id, { kind: 'load', dtype: operation.dtype, value: id, at: still(0) });
  for (const kernel of kernels) for (const value of readsOf(kernel)) group.reads.add(value);
  return { group, kernels };
};

const reductionOrProduct = (state: State, id: ValueId, operation: SomeOperation): Draft => {
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
      return { group };
    }
    default:
      throw new RangeError(`schedule: ${operation.name} is no reduction`);
  }
};

const reduction = (
  state: State,
  id: ValueId,
  shape: readonly number[],
  axes: readonly number[],
  combine: 'sum' | 'max' | 'argmax',
  operand: ValueId,
): Draft => {
  const { program, inMemory, drafts, waitsOf } = state;
  const domain = without(shape, axes);
  const reduced = axes.map((axis) => shape[axis] ?? 0);
  const map = reducedMap(shape, axes);
  const alone = emptyGroup(program, inMemory, domain, { reduced });
  addReduction(alone, id, combine, expressionOf(alone.access, operand, map));
  // Another reduction over the same axes of the same arrays shares their loads.
  const latest = latestOf(state, [...alone.reads, ...waitsOf(id)]);
  const wide = isWide(alone.reductions.map(({ body }) => body));
  const host = drafts
    .slice(latest + 1)
    .findLast(
      ({ group }) =>
        group.reductions.length > 0 &&
        group.reductions.every((each) => each.combine !== 'dot') &&
        group.reduced.join() === reduced.join() &&
        accepts(group, domain, wide) &&
        [...alone.reads].some((value) => group.reads.has(value)),
    );
  if (host === undefined) return { group: alone };
  addReduction(host.group, id, combine, expressionOf(host.group.access, operand, map));
  return host;
};

/** A contraction that is not worth packing: a loop over the result with a sum of products inside. */
const dot = (
  { program, inMemory }: State,
  id: ValueId,
  operation: Operation<'contract'>,
  shape: ProductShape,
): Draft => {
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
  addReduction(group, id, 'dot', body);
  return { group };
};
