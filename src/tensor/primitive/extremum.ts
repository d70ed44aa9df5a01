/** The largest element along an axis, and where the first such stands. NaN is larger than every number. */
import { fail, showShape } from '../../error.js';
import { allocate, type Data, type DType } from '../dtype.js';
import { type Shape, sizeOf, stridesOf, without, otherAxes } from '../shape.js';
import type { AnyTensor, Tensor } from '../tensor.js';
import { equal, select } from './comparison.js';
import { fullLike } from './constant.js';
import { requireKind, typed } from './elementwise.js';
import { iota } from './generation.js';
import {
  apply,
  at,
  type Draw,
  none,
  type Primitive,
  type SampledInput,
  type Spec,
  type Value,
  noInput,
} from './primitive.js';
import { broadcast, places, sum } from './reduction.js';

const reduced = (operation: string, x: Spec, axis: number): Spec => {
  requireKind(operation, 'number', x.dtype);
  if (!(axis in x.shape) || x.shape[axis] === 0)
    fail({
      operation,
      what: `there is no maximum along the empty axis ${axis}`,
      got: showShape(x.shape),
      needed: 'an axis with at least one element',
    });
  return { shape: without(x.shape, [axis]), dtype: x.dtype };
};

/** For each line along the axis: visits the largest element and the first index that it stands at. */
const eachLargest = (
  x: Value,
  axis: number,
  visit: (line: number, largest: number, index: number) => void,
): void => {
  const strides = stridesOf(x.shape);
  const [stride, size] = [at(strides, axis), at(x.shape, axis)];
  const starts = places(without(x.shape, [axis]), without(strides, [axis]));
  for (const [line, start] of starts.entries()) {
    let index = 0;
    let largest = at(x.data, start);
    for (let i = 1; i < size && !Number.isNaN(largest); i++) {
      const value = at(x.data, start + i * stride);
      if (value > largest || Number.isNaN(value)) index = i;
      // Of zeros of both signs 0 is the larger value, as for `maximum`, and the first the index.
      largest = Math.max(largest, value);
    }
    visit(line, largest, index);
  }
};

/** Of each line along the axis, 1 where the first largest element stands. */
const firstLargest = (x: AnyTensor, axis: number): Tensor<Shape, 'bool'> => {
  const kept = otherAxes(x.shape.length, [axis]);
  const winner = broadcast(argmax(x, axis), x.shape, kept);
  return equal(iota(x.shape, axis), winner);
};

const drawLines = (
  draw: Draw,
): { readonly inputs: readonly SampledInput[]; readonly attributes: { readonly axis: number } } => {
  const shape = draw.shape(draw.integer(1, 3)).map((size) => Math.max(size, 1));
  const dtype = draw.pick(['float32', 'float32', 'int32']);
  return {
    inputs: [{ shape, dtype, low: -4, high: 4 }],
    attributes: { axis: draw.integer(0, shape.length - 1) },
  };
};

const maxPrimitive: Primitive<'max', 'reduction'> = {
  name: 'max',
  kind: 'reduction',
  cost: 1,
  exact: true,
  shape: ([x = noInput('max')], { axis }) => reduced('max', x, axis),
  evaluate: ({ inputs: [x = noInput('max')], attributes: { axis }, output }): Data => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    eachLargest(x, axis, (line, largest) => (result[line] = largest));
    return result;
  },
  // y = max x ⇒ dx = dy at the first largest, 0 elsewhere
  pullback: (dy, _, { inputs: [x], attributes: { axis } }) => {
    if (x === undefined) return undefined;
    const spread = broadcast(dy, x.shape, otherAxes(x.shape.length, [axis]));
    return select(firstLargest(x, axis), spread, fullLike(spread, 0));
  },
  // y = max x ⇒ dy = dx at the first largest
  pushforward: (dx, _, { inputs: [x], attributes: { axis } }) =>
    x && sum(select(firstLargest(x, axis), dx, fullLike(dx, 0)), [axis]),
  batch: ({ whole, attributes: { axis } }) => max(whole(0), axis + 1),
  sample: drawLines,
};

const argmaxPrimitive: Primitive<'argmax', 'reduction'> = {
  name: 'argmax',
  kind: 'reduction',
  cost: 1,
  exact: true,
  shape: ([x = noInput('argmax')], { axis }) => ({ ...reduced('argmax', x, axis), dtype: 'int32' }),
  evaluate: ({ inputs: [x = noInput('argmax')], attributes: { axis }, output }) => {
    const result = allocate('int32', sizeOf(output.shape));
    eachLargest(x, axis, (line, _, index) => (result[line] = index));
    return result;
  },
  pullback: none,
  pushforward: none,
  batch: ({ whole, attributes: { axis } }) => argmax(whole(0), axis + 1),
  sample: drawLines,
};

export const extremumPrimitives = { max: maxPrimitive, argmax: argmaxPrimitive };

/** The largest element along an axis, which the result no longer has; the first has the derivative. */
export const max = <D extends DType>(x: Tensor<Shape, D>, axis: number): Tensor<Shape, D> =>
  typed(apply(maxPrimitive, { axis }, [x]));

/** The index of the first largest element along an axis, which the result no longer has. */
export const argmax = (x: AnyTensor, axis: number): Tensor<Shape, 'int32'> =>
  typed(apply(argmaxPrimitive, { axis }, [x]));
