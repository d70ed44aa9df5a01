/** Sine and cosine, element by element. */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { multiply, negate } from './arithmetic.js';
import { approximated, typed } from './elementwise.js';
import { apply } from './primitive.js';

export const trigonometricPrimitives = {
  sin: approximated({
    name: 'sin',
    cost: 30,
    of: Math.sin,
    // y = sin x ⇒ dx = dy·cos x
    partial: (dy, _, { inputs: [x] }) => x && multiply(dy, cos(typed<Tensor>(x))),
  }),
  cos: approximated({
    name: 'cos',
    cost: 30,
    of: Math.cos,
    // y = cos x ⇒ dx = −dy·sin x
    partial: (dy, _, { inputs: [x] }) => x && negate(multiply(dy, sin(typed<Tensor>(x)))),
  }),
};

type Unary = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<S, D>;

/** The sine of an angle in radians. */
export const sin: Unary = (x) => typed(apply(trigonometricPrimitives.sin, {}, [x]));
/** The cosine of an angle in radians. */
export const cos: Unary = (x) => typed(apply(trigonometricPrimitives.cos, {}, [x]));
