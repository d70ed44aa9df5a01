/** Arithmetic, element by element. Integers wrap around modulo 2³²; a quotient of integers is cut towards 0. */
import type { DType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { elementwise, typed } from './elementwise.js';
import { apply } from './primitive.js';

/** A quotient by the integer 0 is 0. */
const integerQuotient = (a: number, b: number): number => (b === 0 ? 0 : Math.trunc(a / b));

export const arithmeticPrimitives = {
  // y = −x ⇒ dx = −dy
  negate: elementwise({
    name: 'negate',
    accepts: 'number',
    linear: 'jointly',
    evaluate: (x) => -x,
    partial: (dy) => negate(dy),
  }),
  // y = a + b ⇒ da = dy, db = dy
  add: elementwise({
    name: 'add',
    accepts: 'number',
    inputs: 2,
    linear: 'jointly',
    evaluate: (a, b) => a + b,
    partial: (dy) => dy,
  }),
  // y = a − b ⇒ da = dy, db = −dy
  subtract: elementwise({
    name: 'subtract',
    accepts: 'number',
    inputs: 2,
    linear: 'jointly',
    evaluate: (a, b) => a - b,
    partial: (dy, slot) => (slot === 0 ? dy : negate(dy)),
  }),
  multiply: elementwise({
    name: 'multiply',
    accepts: 'number',
    inputs: 2,
    linear: [0, 1],
    evaluate: (a, b) => a * b,
    ofIntegers: Math.imul,
    // y = a·b ⇒ da = dy·b, db = dy·a
    partial: (dy, slot, { inputs: [a, b] }) => {
      const factor = slot === 0 ? b : a;
      return factor && multiply(dy, factor);
    },
  }),
  divide: elementwise({
    name: 'divide',
    accepts: 'number',
    cost: 4,
    inputs: 2,
    linear: [0],
    evaluate: (a, b) => a / b,
    ofIntegers: integerQuotient,
    domain: [0.5, 4],
    dtypes: ['float32'],
    // y = a/b ⇒ da = dy/b, db = −dy·y/b
    partial: (dy, slot, { inputs: [, b], output: y }) => {
      if (b === undefined) return undefined;
      return slot === 0 ? divide(dy, b) : negate(divide(multiply(dy, y), b));
    },
  }),
};

type Unary = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>;
type Binary = <S extends Shape, D extends DType>(a: Tensor<S, D>, b: Tensor<S, D>) => Tensor<S, D>;

export const negate: Unary = (x) => typed(apply(arithmeticPrimitives.negate, {}, [x]));
export const add: Binary = (a, b) => typed(apply(arithmeticPrimitives.add, {}, [a, b]));
export const subtract: Binary = (a, b) => typed(apply(arithmeticPrimitives.subtract, {}, [a, b]));
export const multiply: Binary = (a, b) => typed(apply(arithmeticPrimitives.multiply, {}, [a, b]));
export const divide: Binary = (a, b) => typed(apply(arithmeticPrimitives.divide, {}, [a, b]));
