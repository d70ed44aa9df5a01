/**
 * The functions that are approximated, of four float32 at once: within 2 ulp over the whole line, Mills' ratio within 6.
 *
 * Source of the polynomials: S. Moshier, Cephes mathematical library, single precision (expf, logf, tanhf). Those of the
 * error function and Mills' ratio are fits at Chebyshev points, made for this: the first of erf(x)/x − 1 in x² on [0, 1],
 * the second of ln erfc(x) in x on [1, 4], weighted by erfc(x), which is what an error there costs; the third of
 * Φ(−a)/(φ(a)·t) in t = 1/(1 + a/4) on (0, 1].
 */
import { required } from '../../require.js';
import type { ApproximatedName } from '../../tensor/primitive/table.js';
import type { Expr, Scope } from './emitter.js';
import { f32x4, i32x4, v128 } from './instructions.js';

type V = Expr<'v128'>;

const { add, div, mul, sub } = f32x4;

/**
 * Coefficients of a polynomial, highest power first: neighbors joined to polynomials of x², and so on (Estrin's
 * scheme): sums that don't wait for each other, where Horner's wait one for another.
 */
const polynomial = (scope: Scope, x: V, coefficients: readonly number[]): V => {
  const joined = (values: readonly V[], power: V): V => {
    const [first = power, ...rest] = values;
    if (rest.length === 0) return first;
    // Of an odd number the highest is left by itself.
    const begin = values.length % 2;
    const pairs = values.flatMap((value, i) => {
      if (i < begin) return [value];
      const next = (i - begin) % 2 === 0 ? values[i + 1] : undefined;
      return next === undefined ? [] : [scope.hold(add(mul(value, power), next))];
    });
    return pairs.length === 1 ? required(pairs[0], 'a term') : joined(pairs, scope.hold(mul(power, power)));
  };
  return joined(
    coefficients.map((each) => f32x4.const(each)),
    x,
  );
};

const { LOG2E, SQRT1_2, SQRT2 } = Math;
// ln 2 in two parts, the first of few bits, so that its products with whole numbers are exact.
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
const EXP = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/** 2ⁿ for whole n in lanes of int32, from −126 to 127. */
const powerOfTwo = (n: V): V => i32x4.shl(i32x4.add(n, i32x4.const(127)), 23);

/** A float32 beyond which there are only whole numbers, each the next by its bits: adding it rounds to one. */
const ROUNDING = 1.5 * 2 ** 23;
const ROUNDING_BITS = 0x4b400000;

/** x = n·ln 2 + r with r within ±½·ln 2, and eʳ − 1. Of NaN n is any number. */
const reduceExponent = (scope: Scope, x: V): { readonly n: V; readonly fraction: V } => {
  const rounded = scope.hold(add(mul(x, f32x4.const(LOG2E)), f32x4.const(ROUNDING)));
  const whole = scope.hold(sub(rounded, f32x4.const(ROUNDING)));
  const high = scope.hold(sub(x, mul(whole, f32x4.const(LN2_HIGH))));
  const r = scope.hold(sub(high, mul(whole, f32x4.const(LN2_LOW))));
  const square = scope.hold(mul(r, r));
  const fraction = scope.hold(add(mul(polynomial(scope, r, EXP), square), r));
  return { n: scope.hold(i32x4.sub(rounded, i32x4.const(ROUNDING_BITS))), fraction };
};

/** In two steps, so that denormals are rounded once and overflow is infinite. */
const timesPowerOfTwo = (scope: Scope, x: V, n: V): V => {
  const half = scope.hold(i32x4.shrS(n, 1));
  return scope.hold(mul(mul(x, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half))));
};

/** eˣ = eʳ·2ⁿ */
const exp = (scope: Scope, input: V): V => {
  // Beyond these bounds the result is 0 or infinite anyway. NaN passes.
  const x = scope.hold(f32x4.pmax(f32x4.pmin(input, f32x4.const(89)), f32x4.const(-105)));
  const { n, fraction } = reduceExponent(scope, x);
  return timesPowerOfTwo(scope, add(fraction, f32x4.const(1)), n);
};

/** eˣ where that is a normal number, and so is 2ⁿ: for |x| ≤ 87. */
const normalExp = (scope: Scope, x: V): V => {
  const { n, fraction } = reduceExponent(scope, x);
  return scope.hold(mul(add(fraction, f32x4.const(1)), powerOfTwo(n)));
};

/** eˣ − 1 = ((eʳ − 1) + (1 − 2⁻ⁿ))·2ⁿ; near 0, where n = 0, that is eʳ − 1 itself. */
const expm1 = (scope: Scope, input: V): V => {
  const x = scope.hold(f32x4.pmax(f32x4.pmin(input, f32x4.const(89)), f32x4.const(-18)));
  const { n, fraction } = reduceExponent(scope, x);
  // From n = 30 on 2⁻ⁿ is nothing beside 1.
  const inverse = powerOfTwo(i32x4.neg(i32x4.minS(n, i32x4.const(30))));
  const shifted = add(fraction, sub(f32x4.const(1), inverse));
  const result = timesPowerOfTwo(scope, shifted, n);
  return scope.hold(v128.bitselect(input, result, f32x4.eq(input, v128.zero)));
};

const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];
const SMALLEST_NORMAL = 1.17549435e-38;
const DENORMAL_SCALE = 2 ** 25;

/** x = (1 + m)·2ᵉ with 1 + m from √½ to √2, for x > 0. */
const splitMantissa = (scope: Scope, input: V): { readonly m: V; readonly e: V } => {
  const denormal = scope.hold(f32x4.lt(input, f32x4.const(SMALLEST_NORMAL)));
  const x = scope.hold(v128.bitselect(mul(input, f32x4.const(DENORMAL_SCALE)), input, denormal));
  const bias = v128.bitselect(i32x4.const(126 + 25), i32x4.const(126), denormal);
  const exponent = scope.hold(i32x4.sub(i32x4.shrU(x, 23), bias));
  // The mantissa with the exponent of one half: from ½ to 1.
  const mantissa = scope.hold(v128.or(v128.and(x, i32x4.const(0x007fffff)), f32x4.const(0.5)));
  const small = scope.hold(f32x4.lt(mantissa, f32x4.const(SQRT1_2)));
  const e = scope.hold(f32x4.convertS(i32x4.add(exponent, small)));
  return { m: scope.hold(sub(add(mantissa, v128.and(mantissa, small)), f32x4.const(1))), e };
};

/** ln(1 + m) + e·ln 2 + rest, small terms first. */
const logOf = (scope: Scope, m: V, e: V, rest: V): V => {
  const square = scope.hold(mul(m, m));
  const tail = scope.hold(add(mul(mul(polynomial(scope, m, LOG), m), square), rest));
  const low = scope.hold(sub(add(tail, mul(e, f32x4.const(LN2_LOW))), mul(square, f32x4.const(0.5))));
  return scope.hold(add(add(m, low), mul(e, f32x4.const(LN2_HIGH))));
};

/** ln 0 = −∞, of less NaN; ∞ and NaN pass through a sum with themselves. */
const atEnds = (scope: Scope, x: V, logarithm: V): V => {
  const isLarge = v128.not(f32x4.lt(x, f32x4.const(Infinity)));
  const large = scope.hold(v128.bitselect(add(x, x), logarithm, isLarge));
  const below = scope.hold(v128.bitselect(f32x4.const(NaN), large, f32x4.lt(x, v128.zero)));
  return scope.hold(v128.bitselect(f32x4.const(-Infinity), below, f32x4.eq(x, v128.zero)));
};

/** ln x */
const log = (scope: Scope, input: V): V => {
  const { m, e } = splitMantissa(scope, input);
  return atEnds(scope, input, logOf(scope, m, e, v128.zero));
};

/** ln(1 + x): near 0, x is m as it is; elsewhere what 1 + x was rounded by is added again, over 1 + x. */
const log1p = (scope: Scope, input: V): V => {
  const one = f32x4.const(1);
  const u = scope.hold(add(one, input));
  const split = splitMantissa(scope, u);
  const near = scope.hold(v128.and(f32x4.lt(f32x4.const(SQRT1_2), u), f32x4.lt(u, f32x4.const(SQRT2))));
  const lost = v128.bitselect(sub(one, sub(u, input)), sub(input, sub(u, one)), f32x4.gt(input, one));
  const m = scope.hold(v128.bitselect(input, split.m, near));
  const e = scope.hold(v128.andnot(split.e, near));
  const rest = scope.hold(v128.andnot(div(lost, u), near));
  const result = atEnds(scope, u, logOf(scope, m, e, rest));
  return scope.hold(v128.bitselect(input, result, f32x4.eq(input, v128.zero)));
};

const TANH = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1];
const TANH_SMALL = 0.625;
/** From here on tanh is 1 to the last bit. */
const TANH_SATURATED = 10;
const SIGN = 0x80000000;

/** tanh x, of |x| and then with the sign of x, also of 0: an odd polynomial near 0, elsewhere 1 − 2/(e²ˣ + 1). */
const tanh = (scope: Scope, input: V): V => {
  const magnitude = scope.hold(f32x4.abs(input));
  const square = scope.hold(mul(input, input));
  const near = scope.hold(add(mul(mul(polynomial(scope, square, TANH), square), magnitude), magnitude));
  const bounded = scope.hold(f32x4.pmin(magnitude, f32x4.const(TANH_SATURATED)));
  const power = normalExp(scope, add(bounded, bounded));
  const far = scope.hold(sub(f32x4.const(1), div(f32x4.const(2), add(power, f32x4.const(1)))));
  const size = v128.bitselect(near, far, f32x4.lt(magnitude, f32x4.const(TANH_SMALL)));
  return scope.hold(v128.or(size, v128.and(input, i32x4.const(SIGN))));
};

/**
 * 1/(1 + e⁻ˣ), as e⁻ˡˣˡ/(1 + e⁻ˡˣˡ) on the left, where the other form would lose the small ones. What 1 + e⁻ˡˣˡ is
 * rounded by is taken back; half of it where that is nearly 2, so it is not divided again.
 */
const sigmoid = (scope: Scope, input: V): V => {
  const one = f32x4.const(1);
  const power = exp(scope, f32x4.neg(f32x4.abs(input)));
  const positive = f32x4.ge(input, f32x4.const(0));
  const numerator = v128.bitselect(one, power, positive);
  const whole = scope.hold(add(power, one));
  const quotient = scope.hold(div(numerator, whole));
  return scope.hold(sub(quotient, mul(quotient, sub(power, sub(whole, one)))));
};

const ERF_NEAR = [
  7.933485903777182e-5, -8.034844067879021e-4, 5.191218107938767e-3, -2.685539983212948e-2,
  1.1283625662326813e-1, -3.761262893676758e-1, 1.2837916612625122e-1,
];
const ERF_FAR = [
  -1.1749815894290805e-3, 1.4972715638577938e-2, -8.923786878585815e-2, -6.535717844963074e-1,
  -1.1181213855743408, -2.472179476171732e-3,
];
/** From here on erf is 1 to the last bit. */
const ERF_SATURATED = 4;

/** erf x = x + x·p(x²) near 0, elsewhere 1 − e^q(|x|) with the sign of x. */
const erf = (scope: Scope, input: V): V => {
  const magnitude = scope.hold(f32x4.pmin(f32x4.abs(input), f32x4.const(ERF_SATURATED)));
  const square = scope.hold(mul(input, input));
  const near = scope.hold(add(mul(polynomial(scope, square, ERF_NEAR), input), input));
  const rest = normalExp(scope, polynomial(scope, magnitude, ERF_FAR));
  const far = scope.hold(sub(f32x4.const(1), rest));
  const signed = v128.or(far, v128.and(input, i32x4.const(SIGN)));
  return scope.hold(v128.bitselect(near, signed, f32x4.lt(magnitude, f32x4.const(1))));
};

const MILLS = [
  -0.0282077653363, 0.154035145553, -0.312447452238, 0.27634246741, -0.152369144411, 0.125564531407,
  0.0911423868281, 0.162018661036, 0.20284624865, 0.234389350842, 0.249999705702, 0.250000001017,
];

/** Φ(−|x|)/φ(x) = t·p(t) */
const mills = (scope: Scope, input: V): V => {
  const spread = add(mul(f32x4.abs(input), f32x4.const(0.25)), f32x4.const(1));
  const t = scope.hold(div(f32x4.const(1), spread));
  return scope.hold(mul(polynomial(scope, t, MILLS), t));
};

/** How a function of float32 is computed. */
interface Approximation {
  /** Without it the host's function is called, lane by lane. */
  readonly lanes?: (scope: Scope, x: V) => V;
  /** What an element takes, about. */
  readonly nanoseconds: number;
}

/** The approximation of each function; a missing one does not compile. */
export const approximations: { readonly [N in ApproximatedName]: Approximation } = {
  exp: { lanes: exp, nanoseconds: 1.5 },
  expm1: { lanes: expm1, nanoseconds: 2 },
  log: { lanes: log, nanoseconds: 1.5 },
  log1p: { lanes: log1p, nanoseconds: 2 },
  tanh: { lanes: tanh, nanoseconds: 2.5 },
  sigmoid: { lanes: sigmoid, nanoseconds: 2.5 },
  erf: { lanes: erf, nanoseconds: 4 },
  mills: { lanes: mills, nanoseconds: 2.5 },
  sin: { nanoseconds: 20 },
  cos: { nanoseconds: 20 },
};
