/**
 * Schedule: from a program to kernels in order.
 *
 * Values that stand in memory are taken one by one, in program order. Each joins a pass over the same domain
 * where it can: the one that computed what it needs at the same point, so that this never leaves registers,
 * or one that reads the same. Otherwise it begins a pass. What no other kernel reads is then not stored.
 * What is made of a fenced value joins no pass before the one that makes what the fence names.
 */
import { sizeOf } from '../tensor/shape.js';
import { simplifyAxes } from './axes.js';
import { type Draft, latestOf, type State } from './draft.js';
import { unfenced, waitsIn } from './fence.js';
import { accepts, addValue, type Dependency, dependenciesOf, emptyGroup, isWide } from './group.js';
import { still } from './index-map.js';
import type { Kernel } from './kernel.js';
import { lower } from './lower.js';
import { isInline, materialized, rowMajorSource } from './materialize.js';
import {
  instructionAt,
  type Program,
  type ScanInstruction,
  type SomeOperation,
  type ValueId,
} from './program.js';
import { readsOf } from './reads.js';
import { reductionOrProduct } from './reducing.js';
import { isEmpty, isScatter, scatterKernels } from './scatter.js';

export interface Schedule {
  readonly program: Program;
  readonly kernels: readonly Kernel[];
}

/** A pass that would touch more arrays than this is split. */
const MOST_ARRAYS = 24;

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
