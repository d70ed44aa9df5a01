/**
 * Fusion: from a program to kernels in order.
 *
 * Values that stand in memory are taken one by one, in program order. Each joins a pass over the same domain
 * where it can: the one that computed what it needs at the same point, so that this never leaves registers,
 * or one that reads the same. Otherwise it begins a pass. What no other kernel reads is then not stored.
 * What is made of a fenced value joins no pass before the one that makes what the fence names.
 */
import { sameShape, type Shape, sizeOf } from '../tensor/shape.js';
import { simplifyAxes } from './axes.js';
import { hasRoomFor, noPasses, type Pass, type State } from './pass.js';
import { unfenced, waitsIn } from './fence.js';
import { addValue, type Dependency, dependenciesOf, emptyGroup, isWide } from './group.js';
import { still } from './index-map.js';
import type { Kernel } from './kernel.js';
import { lower } from './lower.js';
import { isInline, materialized, rowMajorSource } from './materialize.js';
import {
  type Instruction,
  instructionAt,
  isOfKind,
  type Program,
  type ScanInstruction,
  type ValueId,
} from '../graph/program.js';
import { readsIn } from './loads.js';
import { product, reduction } from './reduction.js';
import { isEmpty, type Scatter, scatterKernels } from './scatter.js';

export interface KernelProgram {
  readonly program: Program;
  readonly kernels: readonly Kernel[];
}

/** The kernels of a program. */
export const fuse = (fenced: Program): KernelProgram => {
  const program = unfenced(fenced);
  const inMemory = materialized(program);
  const waitsOf = waitsIn(fenced, inMemory);
  const state: State = { program, inMemory, passes: noPasses(), waitsOf };
  const { passes } = state;

  for (const [id, operation] of program.instructions.entries()) {
    if (!inMemory.has(id)) continue;
    const pass = passFor(state, id, operation);
    if (pass !== undefined) passes.place(id, pass, waitsOf(id));
  }

  const inOrder = passes.inOrder();
  const stored = new Set<ValueId>(program.outputs);
  for (const { group } of inOrder) for (const value of group.reads) stored.add(value);
  const kernels = inOrder.flatMap((pass) => pass.kernels ?? lower(program, inMemory, pass.group, stored));
  return { program, kernels: kernels.filter((kernel) => kernel.kind !== 'loop' || !isEmpty(kernel)) };
};

/** The pass that a value joins or begins, with the value in it; what is given needs none. */
const passFor = (state: State, id: ValueId, instruction: Instruction): Pass | undefined => {
  const { program, inMemory } = state;
  if (instruction.kind === 'scan') return loop(program, inMemory, id, instruction);
  if (instruction.kind !== 'operation') return undefined;
  if (isInline(instruction)) return pointwise(state, id);
  if (isOfKind(instruction, 'scatter')) return scatter(program, inMemory, id, instruction);
  if (isOfKind(instruction, 'reduction')) return reduction(state, id, instruction);
  if (isOfKind(instruction, 'product')) return product(state, id, instruction);
  throw new RangeError(`fuse: ${instruction.name} is nothing to compute`);
};

/** The pass that a point-wise value joins, with the value in it. */
const pointwise = (state: State, id: ValueId): Pass => {
  const { program, inMemory } = state;
  const { shape } = instructionAt(program, id);
  const alone = emptyGroup(program, inMemory, shape);
  const expressions = addValue(alone, id);
  const pass = { group: alone, wide: isWide(expressions) };
  const joined = hostOf(state, id, pass, dependenciesOf(program, alone, expressions));
  if (joined === undefined) return pass;
  addValue(joined.group, id);
  return joined;
};

/** The pass that a value, which by itself would be `alone`, had better be part of. */
const hostOf = (
  { passes, waitsOf }: State,
  id: ValueId,
  alone: Pass,
  needs: readonly Dependency[],
): Pass | undefined => {
  const { domain } = alone.group;
  const fits = (pass: Pass): boolean => accepts(pass, domain, alone.wide) && hasRoomFor(pass, needs.length);
  /** Whether all that is needed from this pass is needed at the point itself. */
  const onlyHere = (pass: Pass): boolean =>
    needs.every(({ value, inPlace }) => passes.makerOf(value) !== pass || inPlace);
  const latest = passes.latestOf([...needs.map(({ value }) => value), ...waitsOf(id)]);
  if (latest !== undefined && fits(latest) && onlyHere(latest)) return latest;
  // A pass that made what is needed, with nothing after it that reads from it, may as well come last.
  for (const { value } of needs) {
    const maker = passes.makerOf(value);
    if (maker === undefined || !fits(maker) || !onlyHere(maker) || passes.isRead(maker)) continue;
    passes.putLast(maker);
    return maker;
  }
  const shares = ({ group }: Pass): boolean =>
    group.product === undefined &&
    needs.some(({ value }) => group.reads.has(value) || group.values.has(value));
  for (const pass of passes.openAfter(latest, { domain, wide: alone.wide }))
    if (fits(pass) && (sizeOf(domain) <= 64 || shares(pass))) return pass;
  return undefined;
};

/** Whether a value over this shape may be computed in this pass. */
const accepts = ({ group, wide: isWidePass }: Pass, shape: Shape, wide: boolean): boolean =>
  !group.sealed && sameShape(group.domain, shape) && isWidePass === wide;

/** A loop is a pass of its own, over what lies in memory. */
const loop = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  id: ValueId,
  instruction: ScanInstruction,
): Pass => {
  const { dtype, shape } = instruction;
  const inputs = instruction.inputs.map((input) => rowMajorSource(program, input));
  const group = emptyGroup(program, inMemory, shape, { sealed: true });
  group.values.set(id, { kind: 'load', dtype, value: id, at: still(0) });
  for (const { value } of inputs) group.reads.add(value);
  return {
    group,
    wide: false,
    kernels: sizeOf(shape) === 0 ? [] : [{ kind: 'scan', value: id, loop: instruction, inputs }],
  };
};

const scatter = (program: Program, inMemory: ReadonlySet<ValueId>, id: ValueId, operation: Scatter): Pass => {
  const kernels = scatterKernels(program, inMemory, id, operation).map((kernel) => simplifyAxes(kernel));
  const group = emptyGroup(program, inMemory, operation.shape, { sealed: true });
  group.values.set(id, { kind: 'load', dtype: operation.dtype, value: id, at: still(0) });
  for (const kernel of kernels) for (const value of readsIn(kernel).keys()) group.reads.add(value);
  return { group, wide: false, kernels };
};
