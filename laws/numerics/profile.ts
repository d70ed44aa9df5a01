/** Value, slope and bend of functions at given numbers, on an engine. */
import type { Engine } from '../map/engine.js';
import { gradient } from '../../src/autodiff/gradient.js';
import { traceTensors, placeholder } from '../../src/program/trace.js';
import { pushforward } from '../../src/autodiff/pushforward.js';
import { sum } from '../../src/operation/reduce.js';
import { fullLike } from '../../src/tensor/primitive/constant.js';
import type { Shape } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Data } from '../../src/tensor/dtype.js';
import type { Profile } from './line.js';

/** A function of one tensor; element by element, or row by row. */
export type Curve = (x: Tensor) => Tensor;

/** f, ∇Σf and ∇²Σf·1 at a tensor of this shape; of an element-wise f these are f, f′ and f″. */
const derivatives = (f: Curve, shape: Shape, engine: Engine): ((x: Data) => readonly Data[]) => {
  const x = placeholder({ shape, dtype: 'float32' }, 'x') as Tensor;
  const slope = gradient((a: Tensor) => sum(f(a)));
  const [first, second] = pushforward(slope)(x, fullLike(x, 1));
  const run = engine.compile(traceTensors([x], [f(x), first, second]));
  return (data) => run([data]);
};

/** The profile of a function at these numbers, all in one tensor of this shape. */
export const profileOf = (
  name: string,
  f: Curve,
  at: readonly number[],
  engine: Engine,
  shape: Shape = [at.length],
): Profile => {
  const none = new Float32Array(0);
  const [value = none, first = none, second = none] = derivatives(f, shape, engine)(Float32Array.from(at));
  return { name: `${name} (${engine.name})`, at, value, first, second };
};
