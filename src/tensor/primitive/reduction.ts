/** Sum over axes and its adjoint, broadcast along them. */
import { required } from '../../require.js';
import { fail, showShape } from '../../error.js';
import { allocate, type DType } from '../dtype.js';
import {
  behindOne,
  range,
  requireShape,
  sameShape,
  type Shape,
  sizeOf,
  stridesOf,
  without,
  otherAxes,
} from '../shape.js';
import type { Tensor } from '../tensor.js';
import { requireKind, typed } from './elementwise.js';
import { apply, at, type Draw, type Primitive, type Spec, view, noInput } from './primitive.js';

/** Refuses axes that are not within the rank, or not in increasing order. */
export const requireAxes = (operation: string, axes: readonly number[], { shape }: Spec): void => {
  const fits = axes.every(
    (axis, i) => Number.isInteger(axis) && axis >= 0 && axis < shape.length && axis > (axes[i - 1] ?? -1),
  );
  if (!fits)
    fail({
      operation,
      what: `a tensor of shape ${showShape(shape)} does not have these axes`,
      got: showShape(axes),
      needed: `increasing axes from 0 to ${shape.length - 1}`,
    });
};

/** For each element of `shape`, in row-major order, its place in a tensor with these strides. */
export const places = (shape: Shape, strides: readonly number[], offset = 0): Int32Array => {
  const result = new Int32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  let place = offset;
  for (let i = 0; i < result.length; i++) {
    result[i] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [next, stride] = [required(index[axis], 'an index') + 1, required(strides[axis], 'a stride')];
      if (next < required(shape[axis], 'a size')) {
        index[axis] = next;
        place += stride;
        break;
      }
      index[axis] = 0;
      place -= stride * (next - 1);
    }
  }
  return result;
};

/** Some of the axes of a rank, each in or out. */
export const drawAxes = (draw: Draw, rank: number): readonly number[] =>
  range(rank).filter(() => draw.integer(0, 1) === 1);

const sumPrimitive: Primitive<'sum', 'reduction'> = {
  name: 'sum',
  kind: 'reduction',
  cost: 1,
  exact: true,
  linear: 'jointly',
  shape: ([x = noInput('sum')], { axes }) => {
    requireKind('sum', 'number', x.dtype);
    requireAxes('sum', axes, x);
    return { shape: without(x.shape, axes), dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('sum')], attributes: { axes }, output }) => {
    const totals = new Float64Array(sizeOf(output.shape));
    const kept = otherAxes(x.shape.length, axes);
    const into = places(x.shape, scattered(x.shape.length, kept, stridesOf(output.shape)));
    for (let i = 0; i < into.length; i++) totals[at(into, i)] = at(totals, at(into, i)) + at(x.data, i);
    const result = allocate(output.dtype, totals.length);
    result.set(totals);
    return result;
  },
  // y = Σ x ⇒ dx = dy, along the summed axes
  pullback: (dy, _, { inputs: [x], attributes: { axes } }) =>
    x && broadcast(dy, x.shape, otherAxes(x.shape.length, axes)),
  pushforward: (dx, _, { attributes: { axes } }) => sum(dx, axes),
  batch: ({ whole, attributes: { axes } }) => sum(whole(0), behindOne(axes)),
  sample: (draw) => {
    const shape = draw.shape();
    const dtype = draw.pick(['float32', 'float32', 'int32']);
    return {
      inputs: [{ shape, dtype, low: -4, high: 4 }],
      attributes: { axes: drawAxes(draw, shape.length) },
    };
  },
};

/** Strides of a tensor seen from a larger rank: those of `axes` as given, 0 along the others. */
export const scattered = (
  rank: number,
  axes: readonly number[],
  strides: readonly number[],
): readonly number[] => range(rank).map((axis) => strides[axes.indexOf(axis)] ?? 0);

const broadcastPrimitive: Primitive<'broadcast', 'view'> = {
  ...view,
  name: 'broadcast',
  shape: ([x = noInput('broadcast')], { shape, axes }) => {
    requireAxes('broadcast', axes, { shape, dtype: x.dtype });
    const landed = axes.map((axis) => at(shape, axis));
    if (!sameShape(landed, x.shape))
      fail({
        operation: 'broadcast',
        what: `the sizes do not match axes ${showShape(axes)} of ${showShape(shape)}`,
        got: showShape(x.shape),
        needed: showShape(landed),
      });
    return { shape, dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('broadcast')], attributes: { shape, axes }, output }) => {
    const result = allocate(output.dtype, sizeOf(shape));
    const from = places(shape, scattered(shape.length, axes, stridesOf(x.shape)));
    for (let i = 0; i < result.length; i++) result[i] = at(x.data, at(from, i));
    return result;
  },
  // y = x along new axes ⇒ dx = Σ dy over them
  pullback: (dy, _, { attributes: { shape, axes } }) => sum(dy, otherAxes(shape.length, axes)),
  pushforward: (dx, _, { attributes: { shape, axes } }) => broadcast(dx, shape, axes),
  batch: ({ whole, attributes: { shape, axes }, size }) =>
    broadcast(whole(0), [size, ...shape], [0, ...behindOne(axes)]),
  sample: (draw) => {
    const shape = draw.shape();
    const axes = drawAxes(draw, shape.length);
    const dtype = draw.pick(['float32', 'float32', 'int32', 'bool']);
    const [low, high] = dtype === 'bool' ? [0, 1] : [-4, 4];
    return {
      inputs: [{ shape: axes.map((axis) => at(shape, axis)), dtype, low, high }],
      attributes: { shape, axes },
    };
  },
};

export const reductionPrimitives = { sum: sumPrimitive, broadcast: broadcastPrimitive };

/** The sum over these axes, which the result no longer has. */
export const sum = <D extends DType>(x: Tensor<Shape, D>, axes: readonly number[]): Tensor<Shape, D> =>
  axes.length === 0 ? x : typed(apply(sumPrimitive, { axes }, [x]));

/** The tensor of this shape whose axes `axes` are those of `x`, alike along all others. */
export const broadcast = <const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
  axes: readonly number[],
): Tensor<S, D> => {
  requireShape('broadcast', shape);
  return sameShape(x.shape, shape) ? typed(x) : typed(apply(broadcastPrimitive, { shape, axes }, [x]));
};
