/** The same elements in another order: reshape, transpose, reverse. Each one's adjoint is its inverse. */
import { required } from '../../require.js';
import { fail, showShape } from '../../error.js';
import { allocate, type Data, type DType } from '../dtype.js';
import {
  behindOne,
  inversePermutation,
  range,
  requireShape,
  sameShape,
  type Shape,
  sizeOf,
  stridesOf,
} from '../shape.js';
import type { Permuted } from '../shape-rule.js';
import type { AnyTensor, Tensor } from '../tensor.js';
import { typed } from './elementwise.js';
import {
  apply,
  at,
  type Draw,
  type Primitive,
  type SampledInput,
  type Value,
  view,
  noInput,
} from './primitive.js';
import { drawAxes, places, requireAxes } from './reduction.js';

/** The elements of `x` at these places, in order. */
export const gather = (x: Value, dtype: DType, from: Int32Array): Data => {
  const result = allocate(dtype, from.length);
  for (let i = 0; i < result.length; i++) result[i] = at(x.data, at(from, i));
  return result;
};

export const drawMoved = (draw: Draw, shape: Shape): SampledInput => {
  const dtype = draw.pick(['float32', 'float32', 'int32', 'bool']);
  return dtype === 'bool' ? { shape, dtype, low: 0, high: 1 } : { shape, dtype, low: -4, high: 4 };
};

const reshapePrimitive: Primitive<'reshape', 'view'> = {
  ...view,
  name: 'reshape',
  shape: ([x = noInput('reshape')], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x.shape))
      fail({
        operation: 'reshape',
        what: 'the numbers of elements differ',
        got: `${showShape(x.shape)} to ${showShape(shape)}`,
        needed: `a shape of ${sizeOf(x.shape)} elements`,
      });
    return { shape, dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('reshape')], output }) =>
    gather(x, output.dtype, Int32Array.from(range(sizeOf(output.shape)))),
  // y = x in another shape ⇒ dx = dy in that of x
  pullback: (dy, _, { inputs: [x] }) => x && reshape(dy, x.shape),
  pushforward: (dx, _, { attributes: { shape } }) => reshape(dx, shape),
  batch: ({ whole, attributes: { shape }, size }) => reshape(whole(0), [size, ...shape]),
  sample: (draw) => {
    const shape = draw.shape();
    const targets = [[sizeOf(shape)], shape.toReversed(), [1, ...shape]];
    return {
      inputs: [drawMoved(draw, shape)],
      attributes: { shape: required(draw.pick(targets), 'a shape') },
    };
  },
};

const transposePrimitive: Primitive<'transpose', 'view'> = {
  ...view,
  name: 'transpose',
  shape: ([x = noInput('transpose')], { permutation }) => {
    const sorted = permutation.toSorted((a, b) => a - b);
    if (!sameShape(sorted, range(x.shape.length)))
      fail({
        operation: 'transpose',
        what: 'not a permutation of the axes',
        got: showShape(permutation),
        needed: `each of ${showShape(range(x.shape.length))} once`,
      });
    return { shape: permutation.map((axis) => at(x.shape, axis)), dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('transpose')], attributes: { permutation }, output }) => {
    const strides = stridesOf(x.shape);
    return gather(
      x,
      output.dtype,
      places(
        output.shape,
        permutation.map((axis) => at(strides, axis)),
      ),
    );
  },
  // y = x with axes permuted ⇒ dx = dy with axes permuted back
  pullback: (dy, _, { attributes: { permutation } }) => transpose(dy, inversePermutation(permutation)),
  pushforward: (dx, _, { attributes: { permutation } }) => transpose(dx, permutation),
  batch: ({ whole, attributes: { permutation } }) => transpose(whole(0), [0, ...behindOne(permutation)]),
  sample: (draw) => {
    const shape = draw.shape();
    const permutation: number[] = [];
    for (const axis of range(shape.length)) permutation.splice(draw.integer(0, permutation.length), 0, axis);
    return { inputs: [drawMoved(draw, shape)], attributes: { permutation } };
  },
};

const reversePrimitive: Primitive<'reverse', 'view'> = {
  ...view,
  name: 'reverse',
  shape: ([x = noInput('reverse')], { axes }) => {
    requireAxes('reverse', axes, x);
    return { shape: x.shape, dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('reverse')], attributes: { axes }, output }) => {
    const strides = stridesOf(output.shape);
    const signed = strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride));
    const last = axes.reduce((place, axis) => place + at(strides, axis) * (at(output.shape, axis) - 1), 0);
    return gather(x, output.dtype, places(output.shape, signed, last));
  },
  // y = x backwards ⇒ dx = dy backwards
  pullback: (dy, _, { attributes: { axes } }) => reverse(dy, axes),
  pushforward: (dx, _, { attributes: { axes } }) => reverse(dx, axes),
  batch: ({ whole, attributes: { axes } }) => reverse(whole(0), behindOne(axes)),
  sample: (draw) => {
    const shape = draw.shape();
    return { inputs: [drawMoved(draw, shape)], attributes: { axes: drawAxes(draw, shape.length) } };
  },
};

export const movementPrimitives = {
  reshape: reshapePrimitive,
  transpose: transposePrimitive,
  reverse: reversePrimitive,
};

/** The same elements, in row-major order, in another shape. */
export const reshape = <const S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  shape: S,
): Tensor<S, D> => {
  requireShape('reshape', shape);
  return sameShape(x.shape, shape) ? typed(x) : typed(apply(reshapePrimitive, { shape }, [x]));
};

/** Axis `i` of the result is axis `permutation[i]` of `x`. */
export const transpose = <S extends Shape, D extends DType, const Axes extends readonly number[]>(
  x: Tensor<S, D>,
  permutation: Axes,
): Tensor<Permuted<S, Axes>, D> =>
  typed(sameShape(permutation, range(x.shape.length)) ? x : apply(transposePrimitive, { permutation }, [x]));

/** The tensor with one of its axes somewhere else. */
export const moveAxis = (x: AnyTensor, from: number, to: number): AnyTensor =>
  transpose(
    x,
    range(x.shape.length)
      .filter((axis) => axis !== from)
      .toSpliced(to, 0, from),
  );

/** The elements backwards along these axes. */
export const reverse = <S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  axes: readonly number[],
): Tensor<S, D> => (axes.length === 0 ? x : typed(apply(reversePrimitive, { axes }, [x])));
