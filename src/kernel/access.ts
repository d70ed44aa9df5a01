/** From the values of a program to what a kernel computes at one point: expressions over loads. */
import { required } from '../require.js';
import { sameShape, type Shape, sizeOf } from '../tensor/shape.js';
import {
  type Affine,
  affine,
  alongAxis,
  type IndexMap,
  isSplit,
  rowMajor,
  sameAffine,
  still,
  through,
  type View,
} from './index-map.js';
import type { Expression } from './kernel.js';
import { isElementProduct, isUniform } from './materialize.js';
import {
  instructionAt,
  isOfKind,
  type Operation,
  type Program,
  type SomeOperation,
  type ValueId,
} from '../graph/program.js';

/** What the expressions of one kernel are built with. */
export interface Access {
  readonly program: Program;
  readonly inMemory: ReadonlySet<ValueId>;
  /** The number of the kernel's axes. */
  readonly rank: number;
  /** The kernel's own point in a value of its domain's shape. */
  readonly own: { readonly shape: Shape; readonly map: IndexMap; readonly at: Affine };
  /** What the kernel itself has computed of a value at its own point. */
  readonly known: (value: ValueId) => Expression | undefined;
  /** Expressions made before of each value at the own point, so that shared parts are one object. */
  readonly here: Map<ValueId, Expression>;
  /** Those made elsewhere, and where. */
  readonly elsewhere: Map<ValueId, { readonly map: IndexMap; readonly expression: Expression }[]>;
}

/** What the expressions of a kernel of so many axes over a domain are built with. */
export const accessOver = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  domain: Shape,
  rank: number,
  known: Access['known'] = () => undefined,
): Access => {
  const map = identityMap(domain, rank);
  const own = { shape: domain, map, at: rowMajor(map, domain, rank) };
  return { program, inMemory, rank, own, known, here: new Map(), elsewhere: new Map() };
};

/** The place in row-major memory of what a map points at. Most point at the kernel's own point. */
const addressAt = ({ own, rank }: Access, map: IndexMap, shape: Shape): Affine =>
  map === own.map && sameShape(shape, own.shape) ? own.at : rowMajor(map, shape, rank);

/** What the kernel has computed of a value, if a place in it is that of the kernel's own point. */
const knownAt = (access: Access, value: ValueId, at: () => Affine): Expression | undefined => {
  const { known, own, program } = access;
  const computed = known(value);
  return computed !== undefined && sameAffine(at(), own.at) && fills(program, value, own.shape)
    ? computed
    : undefined;
};

const isStored = ({ program, inMemory }: Access, value: ValueId): boolean =>
  inMemory.has(value) || instructionAt(program, value).kind !== 'operation';

/** The place of an element of a value that is in memory, or a view of one that is. */
export const addressIn = (
  access: Access,
  value: ValueId,
  map: IndexMap,
  rank = access.rank,
): readonly [ValueId, Affine] => {
  const instruction = instructionAt(access.program, value);
  if (isStored(access, value)) return [value, rowMajor(map, instruction.shape, rank)];
  if (instruction.kind !== 'operation' || !isOfKind(instruction, 'view'))
    throw new RangeError(`fuse: %${value} is not in memory`);
  const [operand, next] = step(access, instruction, map, rank);
  return typeof next === 'object' && 'offset' in next
    ? [operand, next]
    : addressIn(access, operand, next, rank);
};

/** One step through a view: to its operand and the map there, or to a flat place where it is row-major. */
const step = (
  access: Access,
  view: View,
  map: IndexMap,
  rank: number,
): readonly [ValueId, IndexMap | Affine] => {
  const operand = required(view.inputs[0], 'the operand of a view');
  const { shape } = instructionAt(access.program, operand);
  if (view.name === 'reshape') {
    if (isStored(access, operand)) return [operand, rowMajor(map, view.shape, rank)];
    if (!isSplit(shape, view.shape)) return [operand, shape.map(() => still(rank))];
  }
  return [operand, through(view, shape, map, rank)];
};

/** The element of a value that an index map points at. */
export const expressionOf = (access: Access, value: ValueId, map: IndexMap): Expression => {
  const { here, elsewhere, program, own } = access;
  const computed = knownAt(access, value, () => addressAt(access, map, instructionAt(program, value).shape));
  if (computed !== undefined) return computed;
  if (sameMap(map, own.map)) {
    const found = here.get(value);
    if (found !== undefined) return found;
    const expression = build(access, value, own.map);
    here.set(value, expression);
    return expression;
  }
  const made = elsewhere.get(value);
  const found = made?.find((each) => sameMap(each.map, map));
  if (found !== undefined) return found.expression;
  const expression = build(access, value, map);
  const entry = { map, expression };
  // Of the same value nothing has been made meanwhile: it is not part of itself.
  if (made === undefined) elsewhere.set(value, [entry]);
  else made.push(entry);
  return expression;
};

const sameMap = (a: IndexMap, b: IndexMap): boolean => {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((each, axis) => {
    const other = b[axis];
    return other !== undefined && sameAffine(each, other);
  });
};

const build = (access: Access, value: ValueId, map: IndexMap): Expression => {
  const instruction = instructionAt(access.program, value);
  const { dtype } = instruction;
  if (instruction.kind === 'constant' && instruction.data.length === 1)
    return { kind: 'literal', dtype, value: required(instruction.data[0], 'a number') };
  if (isStored(access, value))
    return { kind: 'load', dtype, value, at: addressAt(access, map, instruction.shape) };
  if (instruction.kind !== 'operation') throw new RangeError(`fuse: %${value} is nothing to compute`);
  return computeAt(access, instruction, map);
};

/** What an operation computes at the element that the map points at. */
export const computeAt = (access: Access, operation: SomeOperation, map: IndexMap): Expression => {
  const { program, rank } = access;
  const { dtype } = operation;
  if (isOfKind(operation, 'pointwise'))
    return {
      kind: 'apply',
      dtype,
      name: operation.name,
      inputs: operation.inputs.map((input) => expressionOf(access, input, map)),
    };
  if (isOfKind(operation, 'view')) return readView(access, operation, map);
  if (isElementProduct(operation)) return elementProduct(access, operation as Operation<'contract'>, map);
  switch (operation.name) {
    case 'iota': {
      const index = {
        kind: 'index',
        dtype: 'int32',
        at: required(map[operation.attributes.axis], 'an axis'),
      } as const;
      return dtype === 'int32' ? index : { kind: 'apply', dtype, name: 'cast', inputs: [index] };
    }
    case 'randomBits': {
      const key = required(operation.inputs[0], 'the key of random bits');
      // The first axes are those of the keys, the others count the words of each.
      const keys = operation.shape.length - operation.attributes.shape.length;
      const word = (i: number): Expression =>
        expressionOf(access, key, [...map.slice(0, keys), still(rank, i)]);
      return {
        kind: 'random',
        dtype: 'uint32',
        key: [word(0), word(1)],
        at: rowMajor(map.slice(keys), operation.attributes.shape, rank),
      };
    }
    case 'take':
      return takeAt(access, operation, map);
    default:
      throw new RangeError(
        `fuse: ${operation.name} is not computed element by element in ${program.instructions.length}`,
      );
  }
};

const readView = (access: Access, view: View, map: IndexMap): Expression => {
  const [operand, next] = step(access, view, map, access.rank);
  if (!('offset' in next)) return expressionOf(access, operand, next);
  // Row-major memory seen in another shape: what the kernel knows by the same place is the same element.
  const { dtype } = view;
  const { kind } = instructionAt(access.program, operand);
  if (kind === 'constant' && isUniform(access.program, operand)) return expressionOf(access, operand, []);
  return knownAt(access, operand, () => next) ?? { kind: 'load', dtype, value: operand, at: next };
};

const elementProduct = (
  access: Access,
  { dtype, attributes, inputs }: Operation<'contract'>,
  map: IndexMap,
): Expression => {
  const read = (slot: number, word: string): Expression => {
    const axes = word.split('').map((letter) => required(map[attributes.out.indexOf(letter)], 'an axis'));
    return expressionOf(access, required(inputs[slot], 'a factor'), axes);
  };
  return {
    kind: 'apply',
    dtype,
    name: 'multiply',
    inputs: [read(0, attributes.left), read(1, attributes.right)],
  };
};

const takeAt = (access: Access, operation: Operation<'take'>, map: IndexMap): Expression => {
  const { program, rank } = access;
  const [value, indices] = operation.inputs;
  const from = required(value, 'what is taken from');
  const by = required(indices, 'the indices');
  const { axis } = operation.attributes;
  const { shape } = instructionAt(program, from);
  const indexed = instructionAt(program, by).shape.length;
  // Of nothing, every index is outside.
  if (shape[axis] === 0) return { kind: 'literal', dtype: operation.dtype, value: 0 };
  // The index that is read at run time is one more axis, whose stride is how far one step of it goes.
  const widen = ({ offset, strides }: Affine): Affine => affine(offset, [...strides, 0]);
  const places = [
    ...map.slice(0, axis).map(widen),
    alongAxis(rank + 1, rank),
    ...map.slice(axis + indexed).map(widen),
  ];
  const [base, at] = addressIn(access, from, places, rank + 1);
  return {
    kind: 'gather',
    dtype: operation.dtype,
    value: base,
    at: affine(at.offset, at.strides.slice(0, rank)),
    index: expressionOf(access, by, map.slice(axis, axis + indexed)),
    stride: required(at.strides[rank], 'a stride'),
    size: required(shape[axis], 'a size'),
  };
};

/** The identity: each axis of a value is the axis of the kernel. An axis of one element stands still. */
export const identityMap = (shape: readonly number[], rank: number): IndexMap =>
  shape.map((size, axis) => (size === 1 ? still(rank) : alongAxis(rank, axis)));

/** The place of a kernel's own point in a value of the domain's shape. */
export const placeOf = (shape: readonly number[], rank: number): Affine =>
  rowMajor(identityMap(shape, rank), shape, rank);

/** Whether a value has as many elements as a domain, so that one may stand for the other. */
export const fills = (program: Program, value: ValueId, domain: readonly number[]): boolean =>
  sizeOf(instructionAt(program, value).shape) === sizeOf(domain);
