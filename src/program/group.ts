/** Groups: kernels while they are being put together. A group computes values over one domain in one pass. */
import { otherAxes, sameShape, type Shape } from '../tensor/shape.js';
import { type Access, computeAt, fills, identityMap, placeOf } from './access.js';
import { type IndexMap, sameAffine } from './index-map.js';
import { type Expression, expressionsBelow, type Reduction } from './kernel.js';
import type { ProductShape } from './product.js';
import { instructionAt, type Operation, type Program, type SomeOperation, type ValueId } from './program.js';

export interface Group {
  readonly domain: Shape;
  /** The axes that its reductions go over. */
  readonly reduced: Shape;
  readonly product: { readonly operation: Operation<'contract'>; readonly shape: ProductShape } | undefined;
  readonly reductions: Reduction[];
  /** What each of its values is at a point. */
  readonly values: Map<ValueId, Expression>;
  /** What it reads from memory. */
  readonly reads: Set<ValueId>;
  /** What must be there before, though it does not read it. */
  readonly waits: Set<ValueId>;
  /** Its values, apart from these, are not for others to join: it is a scatter, of several kernels. */
  readonly sealed: boolean;
  readonly access: Access;
}

/** Whether float64 is in it: then its loops are scalar, and what is float32 is better off in a group of its own. */
export const isWide = (expressions: readonly Expression[]): boolean =>
  expressionsBelow(expressions).some(({ dtype }) => dtype === 'float64');

export const emptyGroup = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  domain: Shape,
  options: Partial<Pick<Group, 'reduced' | 'product' | 'sealed'>> = {},
): Group => {
  const { reduced = [], product, sealed = false } = options;
  const rank = domain.length + reduced.length;
  const values = new Map<ValueId, Expression>();
  const own = placeOf(domain, rank);
  const known: Access['known'] = (value, at) =>
    sameAffine(at, own) && fills(program, value, domain) ? values.get(value) : undefined;
  const access = { program, inMemory, rank, known, memo: new Map<string, Expression>() };
  return {
    domain,
    reduced,
    product,
    reductions: [],
    values,
    reads: new Set(),
    waits: new Set(),
    sealed,
    access,
  };
};

const noteReads = ({ reads }: Group, expression: Expression): void => {
  for (const each of expressionsBelow([expression]))
    if (each.kind === 'load' || each.kind === 'gather') reads.add(each.value);
};

const operationOf = ({ access: { program } }: Group, id: ValueId): SomeOperation => {
  const instruction = instructionAt(program, id);
  if (instruction.kind !== 'operation') throw new RangeError(`schedule: %${id} is no operation`);
  return instruction;
};

/** Adds a value that is computed at each point of the domain. */
export const addValue = (group: Group, id: ValueId): void => {
  const operation = operationOf(group, id);
  const expression = computeAt(group.access, operation, identityMap(operation.shape, group.access.rank));
  group.values.set(id, expression);
  noteReads(group, expression);
};

/** Adds a reduction whose operands, at each point of domain and reduced axes, are these. */
export const addReduction = (
  group: Group,
  id: ValueId,
  combine: Reduction['combine'],
  body: Expression,
): void => {
  const { dtype } = operationOf(group, id);
  const reduction = group.reductions.push({ combine, body, dtype }) - 1;
  group.values.set(id, { kind: 'reduced', dtype, reduction });
  noteReads(group, body);
};

/** The map of the operand of a reduction: each axis is one of the domain or one of those reduced. */
export const reducedMap = (shape: Shape, axes: readonly number[]): IndexMap => {
  const kept = otherAxes(shape.length, axes);
  const order = [...kept, ...axes];
  const whole = identityMap(
    order.map((axis) => shape[axis] ?? 1),
    order.length,
  );
  return shape.map((_, axis) => whole[order.indexOf(axis)] ?? { offset: 0, strides: order.map(() => 0) });
};

export interface Dependency {
  readonly value: ValueId;
  /** Whether it is read only at the point itself. */
  readonly inPlace: boolean;
}

/** What a value reads from memory if it is computed in a kernel of its own. */
export const dependenciesOf = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  id: ValueId,
): readonly Dependency[] => {
  const { shape } = instructionAt(program, id);
  const alone = emptyGroup(program, inMemory, shape);
  addValue(alone, id);
  const own = placeOf(shape, shape.length);
  const places = new Map<ValueId, boolean>();
  for (const expression of expressionsBelow([...alone.values.values()])) {
    if (expression.kind !== 'load' && expression.kind !== 'gather') continue;
    const { value } = expression;
    const here = expression.kind === 'load' && sameAffine(expression.at, own) && fills(program, value, shape);
    places.set(value, here && (places.get(value) ?? true));
  }
  return [...places].map(([value, inPlace]) => ({ value, inPlace }));
};

/** Whether a value over this shape may be computed in the group's pass. */
export const accepts = (group: Group, shape: Shape, wide: boolean): boolean =>
  !group.sealed &&
  sameShape(group.domain, shape) &&
  isWide([...group.values.values(), ...group.reductions.map(({ body }) => body)]) === wide;
