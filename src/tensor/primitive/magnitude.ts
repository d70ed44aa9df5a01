/** Magnitude, sign, rounding and the larger or smaller of two, element by element. NaN stays NaN. */
import type { DType, FloatDType } from '../dtype.js';
import type { Shape } from '../shape.js';
import type { Tensor } from '../tensor.js';
import { multiply } from './arithmetic.js';
import { lessOrEqual, less, select } from './comparison.js';
import { fullLike } from './constant.js';
import { elementwise, typed } from './elementwise.js';
import { apply, none } from './primitive.js';

export const magnitudePrimitives = {
  abs: elementwise({
    name: 'abs',
    accepts: 'number',
    evaluate: Math.abs,
    // y = |x| ⇒ dx = dy·sign x, 0 at 0
    partial: (dy, _, { inputs: [x] }) => x && multiply(dy, sign(x)),
  }),
  sign: elementwise({
    name: 'sign',
    accepts: 'number',
    evaluate: Math.sign,
    partial: none,
  }),
  floor: elementwise({
    name: 'floor',
    accepts: 'float',
    evaluate: Math.floor,
    partial: none,
  }),
  maximum: elementwise({
    name: 'maximum',
    accepts: 'number',
    inputs: 2,
    evaluate: (a, b) => Math.max(a, b),
    // y = max(a, b) ⇒ the larger slot gets dy, the first where they tie
    partial: (dy, slot, { inputs: [a, b] }) => {
      if (a === undefined || b === undefined) return undefined;
      const [zero, second] = [fullLike(dy, 0), less(a, b)];
      return slot === 0 ? select(second, zero, dy) : select(second, dy, zero);
    },
  }),
  minimum: elementwise({
    name: 'minimum',
    accepts: 'number',
    inputs: 2,
    evaluate: (a, b) => Math.min(a, b),
    // y = min(a, b) ⇒ the smaller slot gets dy, the first where they tie
    partial: (dy, slot, { inputs: [a, b] }) => {
      if (a === undefined || b === undefined) return undefined;
      const [zero, first] = [fullLike(dy, 0), lessOrEqual(a, b)];
      return slot === 0 ? select(first, dy, zero) : select(first, zero, dy);
    },
  }),
};

type Binary = <S extends Shape, D extends DType>(a: Tensor<S, D>, b: Tensor<S, D>) => Tensor<S, D>;

export const abs = <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> =>
  typed(apply(magnitudePrimitives.abs, {}, [x]));
/** −1, 0 or 1. */
export const sign = <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> =>
  typed(apply(magnitudePrimitives.sign, {}, [x]));
/** The largest whole number that is not larger; its derivative is 0. */
export const floor = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> =>
  typed(apply(magnitudePrimitives.floor, {}, [x]));
/** The larger of two; where they tie, the first has the derivative. */
export const maximum: Binary = (a, b) => typed(apply(magnitudePrimitives.maximum, {}, [a, b]));
/** The smaller of two; where they tie, the first has the derivative. */
export const minimum: Binary = (a, b) => typed(apply(magnitudePrimitives.minimum, {}, [a, b]));
