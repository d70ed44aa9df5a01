/**
 * The kernels of what writes elsewhere than at its own point: pad, concat, windowSum, scatterAdd. Each fills
 * its result, where something of it is left open, and then stores or adds its operand at its places.
 */
import { required } from '../require.js';
import { sizeOf, stridesOf } from '../tensor/shape.js';
import { type Access, accessOver, expressionOf, identityMap } from './access.js';
import { type Affine, affine, alongAxis } from './index-map.js';
import type { LoopKernel, Store } from './kernel.js';
import {
  instructionAt,
  type Operation,
  type OperationOfKind,
  type Program,
  type SomeOperation,
  type ValueId,
} from '../graph/program.js';

export type Scatter = OperationOfKind<'scatter'>;

const at = <T>(list: readonly T[], index: number): T => required(list[index], 'an item');

/** A float64 of 0 is two float32 of 0, of which four are written at once. */
const zeroFill = (value: ValueId, operation: SomeOperation): LoopKernel => {
  const [dtype, words] = operation.dtype === 'float64' ? (['float32', 2] as const) : [operation.dtype, 1];
  return {
    kind: 'loop',
    axes: [words * sizeOf(operation.shape)],
    domain: 1,
    ordered: 0,
    reductions: [],
    stores: [
      { value, dtype, at: affine(0, [1]), expression: { kind: 'literal', dtype, value: 0 }, mode: 'set' },
    ],
  };
};

interface Target {
  readonly value: ValueId;
  readonly program: Program;
  readonly inMemory: ReadonlySet<ValueId>;
}

const accessOf = ({ program, inMemory }: Target, rank: number): Access =>
  accessOver(program, inMemory, [], rank);

const loops = (axes: readonly number[], ordered: number, store: Store): LoopKernel => ({
  kind: 'loop',
  axes,
  domain: axes.length,
  ordered,
  reductions: [],
  stores: [store],
});

/** Stores every element of `operand` at a place that goes evenly along its axes. */
const place = (target: Target, operand: ValueId, { offset, strides }: Affine): LoopKernel => {
  const { shape, dtype } = instructionAt(target.program, operand);
  const rank = shape.length;
  const expression = expressionOf(accessOf(target, rank), operand, identityMap(shape, rank));
  return loops(shape, 0, {
    value: target.value,
    dtype,
    at: affine(offset, strides),
    expression,
    mode: 'set',
  });
};

const pad = (target: Target, operation: Operation<'pad'>): readonly LoopKernel[] => {
  const { low, interior } = operation.attributes;
  const strides = stridesOf(operation.shape);
  const offset = low.reduce((sum, count, axis) => sum + count * at(strides, axis), 0);
  const steps = strides.map((stride, axis) => stride * (at(interior, axis) + 1));
  return [zeroFill(target.value, operation), place(target, at(operation.inputs, 0), affine(offset, steps))];
};

const concat = (
  target: Target,
  { inputs, attributes: { axis }, shape }: Operation<'concat'>,
): readonly LoopKernel[] => {
  const strides = stridesOf(shape);
  let start = 0;
  return inputs.map((input) => {
    const offset = start * at(strides, axis);
    start += at(instructionAt(target.program, input).shape, axis);
    return place(target, input, affine(offset, strides));
  });
};

/** Loops over leading axes, then within a window, then over windows: within one place of all windows none meet. */
const windowSum = (target: Target, operation: Operation<'windowSum'>): readonly LoopKernel[] => {
  const { sizes, strides: moves, dilations, shape } = operation.attributes;
  const [count, lead] = [sizes.length, shape.length - sizes.length];
  const operand = at(operation.inputs, 0);
  const windowed = instructionAt(target.program, operand).shape;
  const axes = [...shape.slice(0, lead), ...sizes, ...windowed.slice(lead, lead + count)];
  const rank = axes.length;
  const strides = stridesOf(shape);
  const steps = sizes.map((_, i) => at(strides, lead + i) * at(dilations, i));
  const hops = sizes.map((_, i) => at(strides, lead + i) * at(moves, i));
  const map = windowed.map((_, axis) => {
    if (axis < lead) return alongAxis(rank, axis);
    return alongAxis(rank, axis < lead + count ? axis + count : axis - count);
  });
  return [
    zeroFill(target.value, operation),
    loops(axes, 2 * count, {
      value: target.value,
      dtype: operation.dtype,
      at: affine(0, [...strides.slice(0, lead), ...steps, ...hops]),
      expression: expressionOf(accessOf(target, rank), operand, map),
      mode: 'add',
    }),
  ];
};

/** Loops over leading axes, then over the indices, then over what one index points at. */
const scatterAdd = (target: Target, operation: Operation<'scatterAdd'>): readonly LoopKernel[] => {
  const { axis, size } = operation.attributes;
  const [indices, updates] = [at(operation.inputs, 0), at(operation.inputs, 1)];
  const indexed = instructionAt(target.program, indices).shape.length;
  const { shape: axes } = instructionAt(target.program, updates);
  // One more axis of one element at the end: the indices themselves may be the last, and two may be equal.
  const rank = axes.length + 1;
  const strides = stridesOf(operation.shape);
  const access = accessOf(target, rank);
  const map = axes.map((_, each) => alongAxis(rank, each));
  const between = Array.from({ length: indexed }, () => 0);
  return [
    zeroFill(target.value, operation),
    loops([...axes, 1], axes.length - axis + 1, {
      value: target.value,
      dtype: operation.dtype,
      at: affine(0, [...strides.slice(0, axis), ...between, ...strides.slice(axis + 1), 0]),
      expression: expressionOf(access, updates, map),
      mode: {
        scatter: expressionOf(access, indices, map.slice(axis, axis + indexed)),
        stride: at(strides, axis),
        size,
      },
    }),
  ];
};

/** The kernels that write the result of such an operation, the first of them all of it where parts stay open. */
export const scatterKernels = (
  program: Program,
  inMemory: ReadonlySet<ValueId>,
  value: ValueId,
  operation: Scatter,
): readonly LoopKernel[] => {
  const target = { value, program, inMemory };
  switch (operation.name) {
    case 'pad':
      return pad(target, operation);
    case 'concat':
      return concat(target, operation);
    case 'windowSum':
      return windowSum(target, operation);
    case 'scatterAdd':
      return scatterAdd(target, operation);
  }
};

/** Whether nothing is to be done: no point in the domain. */
export const isEmpty = ({ axes, domain }: LoopKernel): boolean => axes.slice(0, domain).includes(0);
