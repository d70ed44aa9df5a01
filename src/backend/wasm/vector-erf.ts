/**
 * The error function of four float32 at once, within 2 ulp over the whole line, and Mills' ratio within 6.
 *
 * The polynomials are fits at Chebyshev points, made for this: the first of erf(x)/x − 1 in x² on [0, 1], the second of
 * ln erfc(x) in x on [1, 4], weighted by erfc(x), which is what an error there costs; the third of
 * Φ(−a)/(φ(a)·t) in t = 1/(1 + a/4) on (0, 1].
 */
import type { Expr, Scope } from './emitter.js';
import { f32x4, i32x4, v128 } from './instructions.js';
import { normalExp, polynomial } from './vector-math.js';

type V = Expr<'v128'>;

const NEAR = [
  7.933485903777182e-5, -8.034844067879021e-4, 5.191218107938767e-3, -2.685539983212948e-2,
  1.1283625662326813e-1, -3.761262893676758e-1, 1.2837916612625122e-1,
];
const FAR = [
  -1.1749815894290805e-3, 1.4972715638577938e-2, -8.923786878585815e-2, -6.535717844963074e-1,
  -1.1181213855743408, -2.472179476171732e-3,
];
/** From here on erf is 1 to the last bit. */
const SATURATED = 4;
const SIGN = 0x80000000;

/** erf x = x + x·p(x²) near 0, elsewhere 1 − e^q(|x|) with the sign of x. */
export const erf = (scope: Scope, input: V): V => {
  const magnitude = scope.hold(f32x4.pmin(f32x4.abs(input), f32x4.const(SATURATED)));
  const square = scope.hold(f32x4.mul(input, input));
  const near = scope.hold(f32x4.add(f32x4.mul(polynomial(scope, square, NEAR), input), input));
  const rest = normalExp(scope, polynomial(scope, magnitude, FAR));
  const far = scope.hold(f32x4.sub(f32x4.const(1), rest));
  const signed = v128.or(far, v128.and(input, i32x4.const(SIGN)));
  return scope.hold(v128.bitselect(near, signed, f32x4.lt(magnitude, f32x4.const(1))));
};

const TAIL = [
  -0.0282077653363, 0.154035145553, -0.312447452238, 0.27634246741, -0.152369144411, 0.125564531407,
  0.0911423868281, 0.162018661036, 0.20284624865, 0.234389350842, 0.249999705702, 0.250000001017,
];

/** Φ(−|x|)/φ(x) = t·p(t) */
export const mills = (scope: Scope, input: V): V => {
  const spread = f32x4.add(f32x4.mul(f32x4.abs(input), f32x4.const(0.25)), f32x4.const(1));
  const t = scope.hold(f32x4.div(f32x4.const(1), spread));
  return scope.hold(f32x4.mul(polynomial(scope, t, TAIL), t));
};
