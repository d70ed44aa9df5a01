/** Exponentials, logarithms and the square root, element by element. */
import type { FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { add, divide, multiply } from './arithmetic.js';
import { fullLike } from './constant.js';
import { approximated, elementwise, typed } from './elementwise.js';
import { apply } from './primitive.js';

export const exponentialPrimitives = {
  exp: approximated({
    name: 'exp',
    cost: 12,
    of: Math.exp,
    // y = eˣ ⇒ dx = dy·y
    partial: (dy, _, { output: y }) => multiply(dy, y),
  }),
  expm1: approximated({
    name: 'expm1',
    cost: 30,
    of: Math.expm1,
    // y = eˣ − 1 ⇒ dx = dy·eˣ, not dy·(y + 1), which loses the small ones
    partial: (dy, _, { inputs: [x] }) => x && multiply(dy, exp(typed<Tensor>(x))),
  }),
  log: approximated({
    name: 'log',
    cost: 14,
    of: Math.log,
    domain: [0.25, 4],
    // y = ln x ⇒ dx = dy/x
    partial: (dy, _, { inputs: [x] }) => x && divide(dy, x),
  }),
  log1p: approximated({
    name: 'log1p',
    cost: 30,
    of: Math.log1p,
    domain: [-0.75, 4],
    // y = ln(1 + x) ⇒ dx = dy/(1 + x)
    partial: (dy, _, { inputs: [x] }) => x && divide(dy, add(fullLike(x, 1), x)),
  }),
  sqrt: elementwise({
    name: 'sqrt',
    accepts: 'float',
    cost: 4,
    evaluate: Math.sqrt,
    domain: [0.25, 4],
    // y = √x ⇒ dx = dy/2y
    partial: (dy, _, { output: y }) => divide(dy, add(y, y)),
  }),
};

type Unary = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => Tensor<S, D>;

export const exp: Unary = (x) => typed(apply(exponentialPrimitives.exp, {}, [x]));
/** eˣ − 1, accurate where x is small. */
export const expm1: Unary = (x) => typed(apply(exponentialPrimitives.expm1, {}, [x]));
/** The natural logarithm. */
export const log: Unary = (x) => typed(apply(exponentialPrimitives.log, {}, [x]));
/** ln(1 + x), accurate where x is small. */
export const log1p: Unary = (x) => typed(apply(exponentialPrimitives.log1p, {}, [x]));
export const sqrt: Unary = (x) => typed(apply(exponentialPrimitives.sqrt, {}, [x]));
