/**
 * The approximation of gelu by tanh: x·σ(v) of a cubic v. An exponential multiplies what v is rounded by with v itself, so
 * v is computed with twice the digits: sums of products of few bits, which are exact, and of what is small.
 */
import type { FloatDType } from '../tensor/dtype.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { exactSquare, onGrid } from '../tensor/primitive/gaussian.js';
import { sigmoid, sigmoidSlope, tanh } from '../tensor/primitive/sigmoid.js';
import { withSlope } from '../tensor/primitive/conversion.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, maximum, minimum, multiply, subtract } from './arithmetic.js';

/** Beyond this σ of the cubic is 0 or 1 in float64 as well. */
const SATURATED = 25;
/** v = a·x + b·x³ with a = 2√(2/π) and b = 0.044715a, each a number of few bits and what is missing. */
const A = { all: 1.5957691216057308, few: 1.595703125, rest: 6.599660573071176e-5 } as const;
const B = { all: 0.07135481627260025, few: 0.07135009765625, rest: 4.7186163502487763e-6 } as const;

/** v, what it was rounded by, v′ and v″, of an x whose cube does not overflow. */
const cubicOf = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>) => {
  const z = maximum(-SATURATED, minimum(SATURATED, x));
  const { square, lost, grid } = exactSquare(z);
  // v = z·w, w = a + b·z²: z and w each a number on a grid, whose product is exact, and what is left
  const rough = onGrid(square, 16);
  const left = add(subtract(square, rough), lost);
  const w = onGrid(add(multiply(square, B.all), A.all), 256);
  const exact = add(subtract(multiply(rough, B.few), w), A.few);
  const small = add(add(multiply(rough, B.rest), multiply(left, B.all)), A.rest);
  const rest = add(exact, small);
  const main = multiply(grid, w);
  const more = add(multiply(grid, rest), multiply(subtract(z, grid), add(w, rest)));
  const v = add(main, more);
  return {
    z,
    v,
    lost: add(subtract(main, v), more),
    slope: (): Tensor<S, D> => add(multiply(square, 3 * B.all), A.all),
    bend: (): Tensor<S, D> => multiply(z, 6 * B.all),
  };
};

/** σ(v + lost) = σ(v)·(1 + lost·σ(−v)) */
const gateOf = <S extends Shape, D extends FloatDType>(v: Tensor<S, D>, lost: Tensor<S, D>): Tensor<S, D> => {
  const gate = sigmoid(v);
  return add(gate, multiply(gate, multiply(lost, sigmoid(negate(v)))));
};

/** f″ = σ′(v)·(2v′ + x·(v″ − v′²·tanh(v/2))) */
const bendOf = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const { z, v, lost, slope, bend } = cubicOf(x);
  const [rise, bow] = [slope(), tanh(multiply(v, 0.5))];
  const inner = subtract(bend(), multiply(multiply(rise, rise), bow));
  // σ′(v + lost) = σ′(v)·(1 − lost·tanh(v/2))
  const gate = multiply(sigmoidSlope(v), subtract(1, multiply(lost, bow)));
  return multiply(gate, add(multiply(rise, 2), multiply(z, inner)));
};

/** f′ = σ(v)·(1 + x·v′·σ(−v)) */
const slopeOf = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const { z, v, lost, slope } = cubicOf(x);
  const inner = add(multiply(multiply(z, slope()), sigmoid(negate(v))), 1);
  return withSlope(multiply(gateOf(v, lost), inner), x, bendOf);
};

/**
 * x/2·(1 + tanh(√(2/π)·(x + 0.044715x³))), the approximation of `gelu` in older models.
 *
 * Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units" (arXiv 1606.08415).
 *
 * @example
 * geluTanh(tensor([-1, 0, 1])); // [-0.15880801, 0, 0.841192]
 */
export const geluTanh = <S extends Shape, D extends FloatDType>(x: Tensor<S, D>): Tensor<S, D> => {
  const { v, lost } = cubicOf(x);
  // ½(1 + tanh u) = σ(2u), which does not cancel on the left; held where it is 0, since 0·∞ is not 0
  return withSlope(multiply(maximum(x, -SATURATED), gateOf(v, lost)), x, slopeOf);
};
