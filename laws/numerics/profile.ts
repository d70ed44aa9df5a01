/** Value, slope and bend of functions at given numbers, on an engine. */
import type { Engine } from '../map/engine.js';
import { gradient } from '../../src/autodiff/gradient.js';
import { traceTensors, placeholder } from '../../src/graph/trace.js';
import { pushforward } from '../../src/autodiff/pushforward.js';
import { sum } from '../../src/operation/reduce.js';
import { fullLike } from '../../src/tensor/primitive/constant.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Data } from '../../src/tensor/dtype.js';
import type { Profile } from './line.js';

/** A function of one tensor; element by element, or row by row. */
export type Curve = (x: Tensor) => Tensor;

/** How a second derivative is taken: which mode of the derivative by which mode. */
export const ORDERS = [
  'forward of reverse',
  'reverse of reverse',
  'reverse of forward',
  'forward of forward',
] as const;

export type Order = (typeof ORDERS)[number];

const [FIRST] = ORDERS;

const reverse =
  (f: Curve): Curve =>
  (x) =>
    gradient((a: Tensor) => sum(f(a)))(x);

const forward =
  (f: Curve): Curve =>
  (x) =>
    pushforward(f)(x, fullLike(x, 1))[1];

/** ∇Σf and ∇²Σf·1 of an element-wise f, by modes. Of other functions only a forward of a reverse is that. */
const SLOPES: { readonly [O in Order]: readonly [first: (f: Curve) => Curve, second: (f: Curve) => Curve] } =
  {
    'forward of reverse': [reverse, forward],
    'reverse of reverse': [reverse, reverse],
    'reverse of forward': [forward, reverse],
    'forward of forward': [forward, forward],
  };

/** f, ∇Σf and ∇²Σf·1 at a tensor of this shape; of an element-wise f these are f, f′ and f″. */
const derivatives = (
  f: Curve,
  shape: Shape,
  engine: Engine,
  order: Order,
): ((x: Data) => readonly Data[]) => {
  const x = placeholder({ shape, dtype: 'float32' }, 'x') as Tensor;
  const [inner, outer] = SLOPES[order];
  const slope = inner(f);
  const run = engine.compile(traceTensors([x], [f(x), slope(x), outer(slope)(x)]));
  return (data) => run([data]);
};

/** The profile of a function at these numbers, all in one tensor of this shape. */
export const profileOf = (
  name: string,
  f: Curve,
  at: readonly number[],
  engine: Engine,
  shape: Shape = [at.length],
  order: Order = FIRST,
): Profile => {
  const none = new Float32Array(0);
  const [value = none, first = none, second = none] = derivatives(
    f,
    shape,
    engine,
    order,
  )(Float32Array.from(at));
  return { name: `${name} (${order === FIRST ? '' : `${order}, `}${engine.name})`, at, value, first, second };
};
