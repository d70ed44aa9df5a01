/**
 * Take by index along an axis, and its adjoint, scatter-add. An index outside takes 0 and adds nothing; what
 * should say more than that wraps its indices in a check.
 */
import { requireCount, required } from '../../require.js';
import { fail, showShape } from '../../error.js';
import { allocate, isInteger, type DType, type IntegerDType } from '../dtype.js';
import { sameShape, type Shape, sizeOf } from '../shape.js';
import type { AnyTensor, Tensor } from '../tensor.js';
import { requireKind, typed } from './elementwise.js';
import { add, multiply } from './arithmetic.js';
import { and, less, lessOrEqual, select } from './comparison.js';
import { fullLike } from './constant.js';
import { iota } from './generation.js';
import { drawMoved, moveAxis, reshape } from './movement.js';
import { apply, at, type Draw, type Primitive, type SampledInput, type Spec, noInput } from './primitive.js';

/** The axis replaced by those of the indices. */
const takenShape = (shape: Shape, axis: number, indices: Shape): Shape => [
  ...shape.slice(0, axis),
  ...indices,
  ...shape.slice(axis + 1),
];

const requireIndices = (operation: string, indices: Spec | undefined): Spec => {
  if (indices === undefined || !isInteger(indices.dtype))
    return fail({
      operation,
      what: 'the indices have the wrong dtype',
      got: indices?.dtype ?? 'nothing',
      needed: 'int32 or uint32',
    });
  return indices;
};

const requireAxis = (operation: string, shape: Shape, axis: number): void => {
  if (!(axis in shape))
    fail({
      operation,
      what: `no axis ${axis}`,
      got: showShape(shape),
      needed: `an axis below ${shape.length}`,
    });
};

/** Walks pairs (place along the axis-indexed tensor, place in the taken one), outside indices left out. */
const eachTaken = (
  shape: Shape,
  axis: number,
  indices: ArrayLike<number>,
  visit: (whole: number, taken: number) => void,
): void => {
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const size = at(shape, axis);
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < indices.length; k++) {
      const index = required(indices[k], 'an index');
      if (index < 0 || index >= size) continue;
      const [whole, taken] = [(o * size + index) * inner, (o * indices.length + k) * inner];
      for (let i = 0; i < inner; i++) visit(whole + i, taken + i);
    }
};

/**
 * Of a batch of indices, those into an axis where the examples' own stand one after the other: example b's index i
 * is b·size + i. What was outside is outside of them all.
 */
const intoAll = (indices: AnyTensor, size: number): AnyTensor => {
  const first = multiply(iota(indices.shape, 0, indices.dtype), fullLike(indices, size));
  const outside = fullLike(indices, at(indices.shape, 0) * size);
  const inside = and(lessOrEqual(fullLike(indices, 0), indices), less(indices, fullLike(indices, size)));
  return select(inside, add(first, indices), outside);
};

/** The shape with axes `axis − 1` and `axis`, the examples and each one's own, as one. */
const merged = (shape: Shape, axis: number): Shape => [
  ...shape.slice(0, axis - 1),
  at(shape, axis - 1) * at(shape, axis),
  ...shape.slice(axis + 1),
];

const drawIndices = (draw: Draw, size: number): SampledInput => ({
  shape: draw.shape(draw.integer(0, 2)),
  dtype: draw.pick(['int32', 'uint32']),
  low: 0,
  high: Math.max(0, size - 1),
});

const takePrimitive: Primitive<'take', 'gather'> = {
  name: 'take',
  kind: 'gather',
  cost: 4,
  exact: true,
  linear: [0],
  shape: ([x = noInput('take'), indices], { axis }) => {
    requireAxis('take', x.shape, axis);
    return { shape: takenShape(x.shape, axis, requireIndices('take', indices).shape), dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('take'), indices = noInput('take')], attributes: { axis }, output }) => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    eachTaken(x.shape, axis, indices.data, (whole, taken) => (result[taken] = at(x.data, whole)));
    return result;
  },
  // y = x[i] ⇒ dx = Σ dy where i points
  pullback: (dy, slot, { inputs: [x, indices], attributes: { axis } }) =>
    slot === 0 && x && indices ? scatterAny(indices, dy, axis, at(x.shape, axis)) : undefined,
  pushforward: (dx, slot, { inputs: [, indices], attributes: { axis } }) =>
    slot === 0 && indices ? apply(takePrimitive, { axis }, [dx, indices]) : undefined,
  batch: ({
    inputs: [x = noInput('take'), indices = noInput('take')],
    batched: [many, manyIndices],
    attributes: { axis },
  }) => {
    if (manyIndices !== true) return apply(takePrimitive, { axis: axis + 1 }, [x, indices]);
    // The axes of the indices, the examples first, stand where the axis was.
    if (many !== true) return moveAxis(apply(takePrimitive, { axis }, [x, indices]), axis, 0);
    const beside = moveAxis(x, 0, axis);
    const all = intoAll(indices, at(beside.shape, axis + 1));
    const taken = apply(takePrimitive, { axis }, [reshape(beside, merged(beside.shape, axis + 1)), all]);
    return moveAxis(taken, axis, 0);
  },
  sample: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    const axis = draw.integer(0, shape.length - 1);
    return { inputs: [drawMoved(draw, shape), drawIndices(draw, at(shape, axis))], attributes: { axis } };
  },
};

export const scatterAddPrimitive: Primitive<'scatterAdd', 'scatter'> = {
  name: 'scatterAdd',
  kind: 'scatter',
  cost: 1,
  exact: true,
  linear: [1],
  shape: ([indices, updates = noInput('scatterAdd')], { axis, size }) => {
    requireKind('scatterAdd', 'number', updates.dtype);
    requireCount('scatterAdd', 'size', size, { least: 0 });
    const { shape: indexed } = requireIndices('scatterAdd', indices);
    if (!sameShape(updates.shape.slice(axis, axis + indexed.length), indexed))
      fail({
        operation: 'scatterAdd',
        what: `the shapes of updates and indices differ from axis ${axis} on`,
        got: `${showShape(updates.shape)} and ${showShape(indexed)}`,
        needed: 'the shape of the indices there',
      });
    const shape = [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + indexed.length)];
    return { shape, dtype: updates.dtype };
  },
  evaluate: ({
    inputs: [indices = noInput('scatterAdd'), updates = noInput('scatterAdd')],
    attributes: { axis },
    output,
  }) => {
    const totals = new Float64Array(sizeOf(output.shape));
    eachTaken(output.shape, axis, indices.data, (whole, taken) => {
      totals[whole] = at(totals, whole) + at(updates.data, taken);
    });
    const result = allocate(output.dtype, totals.length);
    result.set(totals);
    return result;
  },
  // y = Σ u where i points ⇒ du = dy[i]
  pullback: (dy, slot, { inputs: [indices], attributes: { axis } }) =>
    slot === 1 && indices ? apply(takePrimitive, { axis }, [dy, indices]) : undefined,
  pushforward: (du, slot, { inputs: [indices], attributes: { axis, size } }) =>
    slot === 1 && indices ? scatterAny(indices, du, axis, size) : undefined,
  batch: ({
    inputs: [indices = noInput('scatterAdd')],
    batched: [manyIndices],
    whole,
    attributes: { axis, size },
    size: examples,
  }) => {
    const updates = whole(1);
    if (manyIndices !== true) return scatterAny(indices, updates, axis + 1, size);
    const beside = moveAxis(updates, 0, axis);
    const sums = scatterAny(intoAll(indices, size), beside, axis, examples * size);
    const apart = [...sums.shape.slice(0, axis), examples, size, ...sums.shape.slice(axis + 1)];
    return moveAxis(reshape(sums, apart), axis, 0);
  },
  sample: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    const axis = draw.integer(0, shape.length - 1);
    const size = at(shape, axis);
    const indices = drawIndices(draw, size);
    const updates = {
      shape: takenShape(shape, axis, indices.shape),
      dtype: draw.pick(['float32', 'float32', 'int32']),
      low: -4,
      high: 4,
    };
    return { inputs: [indices, updates], attributes: { axis, size } };
  },
};

export const indexingPrimitives = { take: takePrimitive, scatterAdd: scatterAddPrimitive };

const scatterAny = (indices: AnyTensor, updates: AnyTensor, axis: number, size: number): AnyTensor =>
  apply(scatterAddPrimitive, { axis, size }, [indices, updates]);

/** The elements that the indices point at along an axis; the axis gives way to the axes of the indices. */
export const take = <D extends DType>(
  x: Tensor<Shape, D>,
  indices: Tensor<Shape, IntegerDType>,
  axis: number,
): Tensor<Shape, D> => typed(apply(takePrimitive, { axis }, [x, indices]));

/** The adjoint of `take`: adds each update where its index points, in an axis of this size. */
export const scatterAdd = <D extends DType>(
  indices: Tensor<Shape, IntegerDType>,
  updates: Tensor<Shape, D>,
  axis: number,
  size: number,
): Tensor<Shape, D> => typed(scatterAny(indices, updates, axis, size));
