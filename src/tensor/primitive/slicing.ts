/** Slice and its adjoint pad, which puts zeros around and between; concat, whose adjoint is slices. */
import { fail, showShape } from '../../error.js';
import { allocate, type DType } from '../dtype.js';
import { range, sameShape, type Shape, sizeOf, stridesOf } from '../shape.js';
import type { AnyTensor, Tensor } from '../tensor.js';
import { typed } from './elementwise.js';
import { drawMoved, gather } from './movement.js';
import { apply, at, type Primitive, view, noInput } from './primitive.js';
import { places } from './reduction.js';

const zeros = (rank: number): Shape => range(rank).map(() => 0);
const ones = (rank: number): Shape => range(rank).map(() => 1);

const slicePrimitive: Primitive<'slice', 'view'> = {
  ...view,
  name: 'slice',
  shape: ([x = noInput('slice')], { start, stop, stride }) => {
    const inside = x.shape.every((size, axis) => {
      const [from, to, by] = [at(start, axis), at(stop, axis), at(stride, axis)];
      return from >= 0 && from <= to && to <= size && by >= 1;
    });
    if (!inside || start.length !== x.shape.length)
      fail({
        operation: 'slice',
        what: `the bounds are outside of ${showShape(x.shape)}`,
        got: `${showShape(start)} to ${showShape(stop)} by ${showShape(stride)}`,
        needed: '0 ≤ start ≤ stop ≤ size and stride ≥ 1 for each axis',
      });
    const shape = x.shape.map((_, axis) => Math.ceil((at(stop, axis) - at(start, axis)) / at(stride, axis)));
    return { shape, dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('slice')], attributes: { start, stride }, output }) => {
    const strides = stridesOf(x.shape);
    const offset = start.reduce((sum, from, axis) => sum + from * at(strides, axis), 0);
    const steps = strides.map((step, axis) => step * at(stride, axis));
    return gather(x, output.dtype, places(output.shape, steps, offset));
  },
  // y = x[start:stop:stride] ⇒ dx = dy with zeros before, between and after
  pullback: (dy, _, { inputs: [x], attributes: { start, stride }, output: y }) =>
    x &&
    pad(dy, {
      low: start,
      high: x.shape.map((size, axis) => {
        const count = at(y.shape, axis);
        return size - at(start, axis) - (count === 0 ? 0 : (count - 1) * at(stride, axis) + 1);
      }),
      interior: stride.map((step) => step - 1),
    }),
  pushforward: (dx, _, { attributes }) => slice(dx, attributes),
  batch: ({ whole, attributes: { start, stop, stride }, size }) =>
    slice(whole(0), { start: [0, ...start], stop: [size, ...stop], stride: [1, ...stride] }),
  sample: (draw) => {
    const shape = draw.shape();
    const start = shape.map((size) => draw.integer(0, size));
    const stop = shape.map((size, axis) => draw.integer(at(start, axis), size));
    return {
      inputs: [drawMoved(draw, shape)],
      attributes: { start, stop, stride: shape.map(() => draw.integer(1, 3)) },
    };
  },
};

const padded = (size: number, low: number, high: number, interior: number): number =>
  low + size + Math.max(0, size - 1) * interior + high;

const padPrimitive: Primitive<'pad', 'scatter'> = {
  name: 'pad',
  kind: 'scatter',
  cost: 1,
  exact: true,
  linear: 'jointly',
  shape: ([x = noInput('pad')], { low, high, interior }) => {
    const counts = [...low, ...high, ...interior];
    if (
      counts.length !== 3 * x.shape.length ||
      !counts.every((count) => Number.isInteger(count) && count >= 0)
    )
      fail({
        operation: 'pad',
        what: `the padding does not fit ${showShape(x.shape)}`,
        got: `${showShape(low)}, ${showShape(high)}, ${showShape(interior)}`,
        needed: 'three counts ≥ 0 for each axis: before, after, between',
      });
    const shape = x.shape.map((size, axis) =>
      padded(size, at(low, axis), at(high, axis), at(interior, axis)),
    );
    return { shape, dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('pad')], attributes: { low, interior }, output }) => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    const strides = stridesOf(output.shape);
    const offset = low.reduce((sum, count, axis) => sum + count * at(strides, axis), 0);
    const steps = strides.map((step, axis) => step * (at(interior, axis) + 1));
    const into = places(x.shape, steps, offset);
    for (let i = 0; i < into.length; i++) result[at(into, i)] = at(x.data, i);
    return result;
  },
  // y = x among zeros ⇒ dx = dy where x stands
  pullback: (dy, _, { inputs: [x], attributes: { low, interior } }) =>
    x &&
    slice(dy, {
      start: low,
      stop: x.shape.map((size, axis) => at(low, axis) + padded(size, 0, 0, at(interior, axis))),
      stride: interior.map((count) => count + 1),
    }),
  pushforward: (dx, _, { attributes }) => pad(dx, attributes),
  batch: ({ whole, attributes: { low, high, interior } }) =>
    pad(whole(0), { low: [0, ...low], high: [0, ...high], interior: [0, ...interior] }),
  sample: (draw) => {
    const shape = draw.shape();
    const counts = (): Shape => shape.map(() => draw.integer(0, 2));
    return {
      inputs: [drawMoved(draw, shape)],
      attributes: { low: counts(), high: counts(), interior: counts() },
    };
  },
};

/** Where each part of a concatenation begins along the axis. */
const offsets = (parts: readonly AnyTensor[], axis: number): readonly number[] => {
  let next = 0;
  return parts.map(({ shape }) => {
    const offset = next;
    next += at(shape, axis);
    return offset;
  });
};

/** The part of a concatenation-shaped tensor that stands where input `slot` stands. */
const partOf = (
  whole: AnyTensor,
  inputs: readonly AnyTensor[],
  slot: number,
  axis: number,
): AnyTensor | undefined => {
  const part = inputs[slot];
  if (part === undefined) return undefined;
  const start = part.shape.map((_, each) => (each === axis ? at(offsets(inputs, axis), slot) : 0));
  const stop = part.shape.map((size, each) => at(start, each) + size);
  return slice(whole, { start, stop, stride: ones(part.shape.length) });
};

const concatPrimitive: Primitive<'concat', 'scatter'> = {
  name: 'concat',
  kind: 'scatter',
  cost: 1,
  exact: true,
  linear: 'jointly',
  shape: (inputs, { axis }) => {
    const [first] = inputs;
    if (first === undefined)
      return fail({ operation: 'concat', what: 'the list of tensors is empty', needed: 'a tensor' });
    const others = ({ shape }: { readonly shape: Shape }): Shape => shape.filter((_, each) => each !== axis);
    for (const input of inputs)
      if (
        input.shape.length !== first.shape.length ||
        axis < 0 ||
        axis >= first.shape.length ||
        input.dtype !== first.dtype ||
        !sameShape(others(input), others(first))
      )
        fail({
          operation: 'concat',
          what: `the tensors cannot be joined along axis ${axis}`,
          got: inputs.map(({ shape, dtype }) => `${dtype} ${showShape(shape)}`).join(' and '),
          needed: 'equal dtypes, and equal sizes of all other axes',
        });
    const total = inputs.reduce((sum, { shape }) => sum + at(shape, axis), 0);
    return { shape: first.shape.map((size, each) => (each === axis ? total : size)), dtype: first.dtype };
  },
  evaluate: ({ inputs, attributes: { axis }, output }) => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    const strides = stridesOf(output.shape);
    let start = 0;
    for (const input of inputs) {
      const into = places(input.shape, strides, start * at(strides, axis));
      for (let i = 0; i < into.length; i++) result[at(into, i)] = at(input.data, i);
      start += at(input.shape, axis);
    }
    return result;
  },
  // y = [x₀, x₁, …] ⇒ dxᵢ = its part of dy
  pullback: (dy, slot, { inputs, attributes: { axis } }) => partOf(dy, inputs, slot, axis),
  // y = [x₀, x₁, …] ⇒ the share of dxᵢ is dxᵢ among zeros
  pushforward: (dx, slot, { inputs, attributes: { axis }, output: y }) => {
    const low = dx.shape.map((_, each) => (each === axis ? at(offsets(inputs, axis), slot) : 0));
    const high = dx.shape.map((size, each) => at(y.shape, each) - at(low, each) - size);
    return pad(dx, { low, high, interior: zeros(dx.shape.length) });
  },
  batch: ({ inputs, whole, attributes: { axis } }) =>
    concat(
      inputs.map((_, slot) => whole(slot)),
      axis + 1,
    ),
  sample: (draw) => {
    const shape = draw.shape(draw.integer(1, 3));
    const axis = draw.integer(0, shape.length - 1);
    const part = drawMoved(draw, shape);
    const sized = (): typeof part => ({
      ...part,
      shape: shape.map((size, each) => (each === axis ? draw.integer(0, 3) : size)),
    });
    return { inputs: [part, sized(), sized()], attributes: { axis } };
  },
};

export const slicingPrimitives = { slice: slicePrimitive, pad: padPrimitive, concat: concatPrimitive };

/** Every `stride`-th element from `start` up to, not including, `stop`; one of each an axis. */
export const slice = <D extends DType>(
  x: Tensor<Shape, D>,
  {
    start,
    stop,
    stride = ones(start.length),
  }: { readonly start: Shape; readonly stop: Shape; readonly stride?: Shape },
): Tensor<Shape, D> =>
  sameShape(stop, x.shape) && sameShape(start, zeros(start.length)) && sameShape(stride, ones(start.length))
    ? x
    : typed(apply(slicePrimitive, { start, stop, stride }, [x]));

/** Zeros before, after and between the elements; one count of each an axis. */
export const pad = <D extends DType>(
  x: Tensor<Shape, D>,
  {
    low,
    high,
    interior = zeros(low.length),
  }: { readonly low: Shape; readonly high: Shape; readonly interior?: Shape },
): Tensor<Shape, D> =>
  [...low, ...high, ...interior].every((count) => count === 0)
    ? x
    : typed(apply(padPrimitive, { low, high, interior }, [x]));

/** Joins tensors along an axis. */
export const concat = <D extends DType>(parts: readonly Tensor<Shape, D>[], axis: number): Tensor<Shape, D> =>
  typed(apply(concatPrimitive, { axis }, parts));
