/** Sine and cosine, element by element. */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { multiply, negate } from './arithmetic.js';
import { approximated, typed } from './elementwise.js';
import { apply } from './primitive.js';

const sinPrimitive = approximated({
  name: 'sin',
  cost: 30,
  of: Math.sin,
  // y = sin x ⇒ dx = dy·cos x
  partial: (dy, _, { inputs: [x] }) => x && multiply(dy, cos(typed<Tensor>(x))),
});

const cosPrimitive = approximated({
  name: 'cos',
  cost: 30,
  of: Math.cos,
  // y = cos x ⇒ dx = −dy·sin x
  partial: (dy, _, { inputs: [x] }) => x && negate(multiply(dy, sin(typed<Tensor>(x)))),
});

export const trigonometricPrimitives = { sin: sinPrimitive, cos: cosPrimitive };

type Unary = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<S, D>;

/** The sine of an angle in radians. */
export const sin: Unary = (x) => typed(apply(sinPrimitive, {}, [x]));
/** The cosine of an angle in radians. */
export const cos: Unary = (x) => typed(apply(cosPrimitive, {}, [x]));
