/** Powers of floats. Values at zeros, infinities and NaN are those of IEEE 754-2008 `pow`, as in PyTorch. */
import { withPullback } from '../autodiff/custom.js';
import type { DType, FloatDType } from '../tensor/dtype.js';
import { and, equal, less, lessOrEqual, not, or, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { requireKind, requireSame, typed } from '../tensor/primitive/elementwise.js';
import { exp, log, sqrt } from '../tensor/primitive/exponential.js';
import { abs, floor } from '../tensor/primitive/magnitude.js';
import { withSlope } from '../tensor/primitive/conversion.js';
import type { Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { isLeaf } from '../tree/tree.js';
import { type Binary, divide, lift, multiply, subtract } from './arithmetic.js';
import { isFinite } from './masking.js';

/**
 * x², element by element; the shape and dtype stay. Throws if the dtype is bool.
 *
 * @example
 * square(tensor([-3, 2])); // [9, 4]
 */
export const square = <S extends Shape, D extends DType>(x: Tensor<S, D>): Tensor<S, D> => {
  requireKind('square', 'number', x.dtype);
  return multiply(x, x);
};

/**
 * 1/x of floats, element by element; the shape and dtype stay. At 0 it is ±∞, and its derivative −∞. Throws if the dtype
 * is not a float.
 *
 * @example
 * reciprocal(tensor([4, -0.5])); // [0.25, -2]
 */
export const reciprocal = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  requireKind('reciprocal', 'float', x.dtype);
  return divide(1, x);
};

type Floats = Tensor<Shape, FloatDType>;

/**
 * |a|^b = e^(b·ln|a|), and its sign. In float64: the error of b·ln|a| is multiplied by the exponential, and would take
 * the last digits of a float32.
 */
const valueOf = (base: Floats, exponent: Floats): Floats => {
  const [a, b] = [cast(base, 'float64'), cast(exponent, 'float64')];
  const [zero, size, half] = [fullLike(a, 0), abs(a), multiply(b, 0.5)];
  // a⁰ = 1 and (±1)^b = ±1, whatever the other is: 0·∞ is not meant here.
  const isOne = or(equal(b, zero), equal(size, fullLike(a, 1)));
  const power = exp(select(isOne, zero, multiply(b, log(size))));
  const isWhole = equal(floor(b), b);
  const isOdd = and(isWhole, not(equal(floor(half), half)));
  const below = less(a, zero);
  // −0 is not below 0, but 1/−0 is; 1/−∞ is −0.
  const isNegative = or(below, less(reciprocal(a), zero));
  const isReal = or(not(and(below, isFinite(a))), isWhole);
  const signed = multiply(power, select(and(isNegative, isOdd), fullLike(a, -1), fullLike(a, 1)));
  return cast(select(isReal, signed, fullLike(a, Number.NaN)), base.dtype);
};

/** a^b, with the derivatives that PyTorch gives at the edges. */
const general = (base: Floats, exponent: Floats): Floats =>
  withPullback(
    ([a, b]: readonly [Floats, Floats]) => valueOf(a, b),
    // y = a^b ⇒ da = dy·b·a^(b − 1), 0 where b = 0; db = dy·y·ln a, 0 where a = 0 and b ≥ 0
    ([a, b]) =>
      (dy): readonly [Floats, Floats] => {
        const [zero, one] = [fullLike(a, 0), fullLike(a, 1)];
        // A base of 1 in place of the one at the edge: 0·∞ is NaN, here and in a second derivative.
        const flat = and(equal(b, zero), not(isFinite(reciprocal(a))));
        const slope = multiply(b, general(select(flat, one, a), subtract(b, one)));
        const none = and(equal(a, zero), lessOrEqual(zero, b));
        const growth = multiply(general(a, b), log(select(none, one, a)));
        return [multiply(dy, slope), multiply(dy, growth)];
      },
  )([base, exponent]);

/** Of these integers a power is a few products, at most of one reciprocal; of others, their rounding adds up. */
const isFew = (n: number): boolean => Number.isInteger(n) && n >= -2 && n <= 8;

/** xⁿ for n ≥ 1, by squaring. */
const repeated = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, n: number): Tensor<S, D> => {
  if (n === 1) return x;
  return n % 2 === 0 ? square(repeated(x, n / 2)) : multiply(x, repeated(x, n - 1));
};

/** x^n for a number n, whose derivative is n·x^(n − 1). */
const byNumber = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>, n: number): Tensor<S, D> => {
  if (n === 0) return fullLike(x, 1);
  if (n === 1) return x;
  if (n === 0.5) return sqrt(x);
  const few = (): Tensor<S, D> => (n < 0 ? reciprocal(repeated(x, -n)) : repeated(x, n));
  // The power of x has its shape and dtype.
  const y: Tensor<S, D> = isFew(n) ? few() : typed(valueOf(x, fullLike(cast(x, 'float64'), n)));
  return withSlope(y, x, (z) => multiply(byNumber(z, n - 1), n));
};

const between: Binary<'same', FloatDType> = lift('power', (a, b) => {
  requireKind('power', 'float', a.dtype);
  requireSame('power', a, b);
  return general(typed(a), typed(b));
});

/**
 * a^b of floats, element by element, with the broadcasting of `add`. A negative base has a power if b is an integer, and
 * NaN otherwise; a⁰ and 1^b are 1, of NaN too. The derivative in a is b·a^(b − 1), 0 where b = 0; the one in b is
 * a^b·ln a, 0 where a = 0 and b ≥ 0, and NaN where a < 0; as PyTorch's. A float32 is right to its last digit, a float64
 * to a relative error of about |b·ln a|·2⁻⁵². Throws if the dtype is not a float, or if shapes do not fit.
 *
 * @example
 * power(tensor([2, -2, 9]), 3); // [8, -8, 729]
 * power(tensor([4, 9]), tensor([0.5, -1])); // [2, 0.11111111]
 */
export const power: Binary<'same', FloatDType> = (base: AnyTensor | number, exponent: AnyTensor | number) => {
  // Both are what the overloads say; the result has the shape that they state.
  if (typeof exponent !== 'number' || !isLeaf(base)) return between(base as never, exponent as never);
  const x: Floats = typed(base);
  requireKind('power', 'float', x.dtype);
  return typed<never>(byNumber(x, exponent));
};
