/** Groups: kernels while they are being put together. A group computes values over one domain in one pass. */
import { required } from '../require.js';
import { otherAxes, sameShape, type Shape } from '../tensor/shape.js';
import { type Access, accessOver, computeAt, fills, identityMap } from './access.js';
import { type IndexMap, sameAffine } from './index-map.js';
import { type Expression, expressionsBelow, type Reduction } from './kernel.js';
import type { ProductShape } from './product.js';
import {
  instructionAt,
  type Operation,
  type Program,
  type SomeOperation,
  type ValueId,
} from '../graph/program.js';

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
  /** Its values, apart from these, are not for others to join: it is a scatter, of several kernels. */
  readonly sealed: boolean;
  readonly access: Access;
  /** The expressions whose reads are among the group's. */
  readonly noted: Set<Expression>;
}

/** Whether float64 is among these. */
export const isWide = (expressions: readonly Expression[]): boolean =>
  expressions.some(({ dtype }) => dtype === 'float64');

export const emptyGroup = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  domain: Shape,
  options: Partial<Pick<Group, 'reduced' | 'product' | 'sealed'>> = {},
): Group => {
  const { reduced = [], product, sealed = false } = options;
  const rank = domain.length + reduced.length;
  const values = new Map<ValueId, Expression>();
  const access = accessOver(program, inMemory, domain, rank, (value) => values.get(value));
  return {
    domain,
    reduced,
    product,
    reductions: [],
    values,
    reads: new Set(),
    sealed,
    access,
    noted: new Set(),
  };
};

/** Notes what an expression reads, and gives what of it is new to the group. */
const noteReads = ({ reads, noted }: Group, expression: Expression): readonly Expression[] => {
  const fresh = expressionsBelow([expression], noted);
  for (const each of fresh) {
    noted.add(each);
    if (each.kind === 'load' || each.kind === 'gather') reads.add(each.value);
  }
  return fresh;
};

const operationOf = ({ access: { program } }: Group, id: ValueId): SomeOperation => {
  const instruction = instructionAt(program, id);
  if (instruction.kind !== 'operation') throw new RangeError(`fuse: %${id} is no operation`);
  return instruction;
};

/** Adds a value that is computed at each point of the domain; gives what is computed that was not before. */
export const addValue = (group: Group, id: ValueId): readonly Expression[] => {
  const operation = operationOf(group, id);
  const { own, rank } = group.access;
  const { shape } = operation;
  const map = sameShape(shape, own.shape) ? own.map : identityMap(shape, rank);
  const expression = computeAt(group.access, operation, map);
  group.values.set(id, expression);
  return noteReads(group, expression);
};

/** Adds a reduction whose operands, at each point of domain and reduced axes, are these; gives what is new of them. */
export const addReduction = (
  group: Group,
  id: ValueId,
  combine: Reduction['combine'],
  body: Expression,
): readonly Expression[] => {
  const { dtype } = operationOf(group, id);
  const reduction = group.reductions.push({ combine, body, dtype }) - 1;
  group.values.set(id, { kind: 'reduced', dtype, reduction });
  return noteReads(group, body);
};

/** The map of the operand of a reduction: each axis is one of the domain or one of those reduced. */
export const reducedMap = (shape: Shape, axes: readonly number[]): IndexMap => {
  const kept = otherAxes(shape.length, axes);
  const order = [...kept, ...axes];
  const whole = identityMap(
    order.map((axis) => required(shape[axis], 'a size')),
    order.length,
  );
  return shape.map((_, axis) => required(whole[order.indexOf(axis)], 'an axis'));
};

export interface Dependency {
  readonly value: ValueId;
  /** Whether it is read only at the point itself. */
  readonly inPlace: boolean;
}

/** What these expressions of a group read from memory. */
export const dependenciesOf = (
  program: Program,
  { domain, access: { own } }: Group,
  expressions: readonly Expression[],
): readonly Dependency[] => {
  const places = new Map<ValueId, boolean>();
  for (const expression of expressions) {
    if (expression.kind !== 'load' && expression.kind !== 'gather') continue;
    const { value } = expression;
    const here =
      expression.kind === 'load' && sameAffine(expression.at, own.at) && fills(program, value, domain);
    places.set(value, here && (places.get(value) ?? true));
  }
  return [...places].map(([value, inPlace]) => ({ value, inPlace }));
};
