/** Sliding windows over the last axes, and their adjoint: what convolution and pooling are made of. */
import { fail, showShape } from '../../error.js';
import { allocate, type DType } from '../dtype.js';
import { requireShape, type Shape, sizeOf, stridesOf } from '../shape.js';
import type { Tensor, Window } from '../tensor.js';
import { requireKind, typed } from './elementwise.js';
import { gather } from './movement.js';
import { apply, at, type Draw, type Primitive, type Value, view, noInput } from './primitive.js';
import { places } from './reduction.js';

/** Of one axis: the counts of windows that fit. */
const countOf = (size: number, window: Window, axis: number): number => {
  const span = (at(window.sizes, axis) - 1) * at(window.dilations, axis) + 1;
  return size < span ? 0 : Math.floor((size - span) / at(window.strides, axis)) + 1;
};

/** `[…lead, …windows, …sizes]` */
const windowedShape = (shape: Shape, window: Window): Shape => {
  const lead = shape.length - window.sizes.length;
  const counts = shape.slice(lead).map((size, axis) => countOf(size, window, axis));
  return [...shape.slice(0, lead), ...counts, ...window.sizes];
};

/** For each element of the windowed tensor, where it stands in the tensor of `shape`. */
const windowPlaces = (shape: Shape, window: Window): Int32Array => {
  const strides = stridesOf(shape);
  const lead = shape.length - window.sizes.length;
  const last = strides.slice(lead);
  const moves = last.map((stride, axis) => stride * at(window.strides, axis));
  const steps = last.map((stride, axis) => stride * at(window.dilations, axis));
  return places(windowedShape(shape, window), [...strides.slice(0, lead), ...moves, ...steps]);
};

const requireWindow = (operation: string, shape: Shape, { sizes, strides, dilations }: Window): void => {
  const numbers = [...sizes, ...strides, ...dilations];
  const fits =
    sizes.length <= shape.length &&
    strides.length === sizes.length &&
    dilations.length === sizes.length &&
    numbers.every((number) => Number.isInteger(number) && number >= 1);
  if (!fits)
    fail({
      operation,
      what: `the window does not fit ${showShape(shape)}`,
      got: `${showShape(sizes)} by ${showShape(strides)} dilated ${showShape(dilations)}`,
      needed: 'a size, a stride and a dilation ≥ 1 for each of the last axes',
    });
};

const drawWindow = (draw: Draw): { readonly shape: Shape; readonly window: Window } => {
  const axes = draw.integer(1, 2);
  const numbers = (high: number): Shape => Array.from({ length: axes }, () => draw.integer(1, high));
  const lead = draw.integer(0, 1) === 0 ? [] : [draw.integer(0, 3)];
  return {
    shape: [...lead, ...Array.from({ length: axes }, () => draw.integer(0, 6))],
    window: { sizes: numbers(3), strides: numbers(2), dilations: numbers(2) },
  };
};

const windowPrimitive: Primitive<'window', 'view'> = {
  ...view,
  name: 'window',
  shape: ([x = noInput('window')], window) => {
    requireWindow('window', x.shape, window);
    return { shape: windowedShape(x.shape, window), dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('window')], attributes, output }) =>
    gather(x, output.dtype, windowPlaces(x.shape, attributes)),
  // y = windows of x ⇒ dx = Σ dy over all windows that an element stands in
  pullback: (dy, _, { inputs: [x], attributes }) => x && windowSum(dy, attributes, x.shape),
  pushforward: (dx, _, { attributes }) => window(dx, attributes),
  // Windows are over the last axes, so one more in front is looked at by none.
  batch: ({ whole, attributes }) => window(whole(0), attributes),
  sample: (draw) => {
    const { shape, window: attributes } = drawWindow(draw);
    return { inputs: [{ shape, dtype: draw.pick(['float32', 'int32']), low: -4, high: 4 }], attributes };
  },
};

const scatterWindows = (x: Value, shape: Shape, window: Window): Float64Array => {
  const totals = new Float64Array(sizeOf(shape));
  const into = windowPlaces(shape, window);
  for (let i = 0; i < into.length; i++) totals[at(into, i)] = at(totals, at(into, i)) + at(x.data, i);
  return totals;
};

const windowSumPrimitive: Primitive<'windowSum', 'scatter'> = {
  name: 'windowSum',
  kind: 'scatter',
  cost: 1,
  exact: true,
  linear: 'jointly',
  shape: ([x = noInput('windowSum')], attributes) => {
    const { shape } = attributes;
    requireKind('windowSum', 'number', x.dtype);
    requireWindow('windowSum', shape, attributes);
    const expected = windowedShape(shape, attributes);
    if (showShape(expected) !== showShape(x.shape))
      fail({
        operation: 'windowSum',
        what: `these are not the windows of ${showShape(shape)}`,
        got: showShape(x.shape),
        needed: showShape(expected),
      });
    return { shape, dtype: x.dtype };
  },
  evaluate: ({ inputs: [x = noInput('windowSum')], attributes, output }) => {
    const result = allocate(output.dtype, sizeOf(output.shape));
    result.set(scatterWindows(x, output.shape, attributes));
    return result;
  },
  // y = Σ of windows ⇒ dx = the windows of dy
  pullback: (dy, _, { attributes: { sizes, strides, dilations } }) =>
    window(dy, { sizes, strides, dilations }),
  pushforward: (dx, _, { attributes }) => windowSum(dx, attributes, attributes.shape),
  batch: ({ whole, attributes, size }) => windowSum(whole(0), attributes, [size, ...attributes.shape]),
  sample: (draw) => {
    const { shape, window: drawn } = drawWindow(draw);
    const dtype = draw.pick(['float32', 'int32']);
    return {
      inputs: [{ shape: windowedShape(shape, drawn), dtype, low: -4, high: 4 }],
      attributes: { ...drawn, shape },
    };
  },
};

export const windowPrimitives = { window: windowPrimitive, windowSum: windowSumPrimitive };

/** All windows over the last axes, as a view: `[…lead, …windows, …sizes]`. */
export const window = <D extends DType>(
  x: Tensor<Shape, D>,
  { sizes, strides, dilations }: Window,
): Tensor<Shape, D> => typed(apply(windowPrimitive, { sizes, strides, dilations }, [x]));

/** The adjoint of `window`: adds every window's elements where they came from, in a tensor of `shape`. */
export const windowSum = <S extends Shape, D extends DType>(
  x: Tensor<Shape, D>,
  { sizes, strides, dilations }: Window,
  shape: S,
): Tensor<S, D> => {
  requireShape('windowSum', shape);
  return typed(apply(windowSumPrimitive, { sizes, strides, dilations, shape }, [x]));
};
