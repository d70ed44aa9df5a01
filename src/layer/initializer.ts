/** Initializers: where parameters begin. Each takes a key and a shape. */
import { type Key, normal as standardNormal, uniform as standardUniform } from '../operation/random.js';
import { multiply } from '../operation/arithmetic.js';
import { fail } from '../error.js';
import { requireNumber, showGiven } from '../require.js';
import { full } from '../tensor/primitive/constant.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A tensor of a shape, made from a key. */
export type Initializer = <const S extends Shape>(key: Key, shape: S) => Tensor<S>;

/** Of a kernel `[…window, inputs, outputs]`: how many inputs a unit has, and how many outputs an input. */
const fans = (shape: Shape): readonly [fanIn: number, fanOut: number] => {
  const [inputs, outputs] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const window = sizeOf(shape.slice(0, -2));
  return [window * inputs, window * outputs];
};

/** 0 everywhere. */
export const zeros: Initializer = (_, shape) => full(shape, 0);

/** Uniform numbers from `low` to `high`. Throws if these are not finite, or `high` is below `low`. */
export const uniformInitializer = (low: number, high: number): Initializer => {
  requireNumber('uniformInitializer', 'low', low, '(-∞, ∞)');
  requireNumber('uniformInitializer', 'high', high, `[${low}, ∞)`);
  return (key, shape) => standardUniform(key, shape, low, high);
};

/** Normal numbers of mean 0. Throws if the deviation is not in [0, ∞). */
export const normalInitializer = (deviation: number): Initializer => {
  requireNumber('normalInitializer', 'deviation', deviation, '[0, ∞)');
  return (key, shape) => multiply(standardNormal(key, shape), deviation);
};

/**
 * Uniform within ±√(6/(inputs + outputs)), which keeps variances through layers that are linear around 0.
 *
 * Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks"
 * (AISTATS 2010).
 */
export const glorot: Initializer = (key, shape) => {
  const [fanIn, fanOut] = fans(shape);
  const limit = Math.sqrt(6 / Math.max(1, fanIn + fanOut));
  return standardUniform(key, shape, -limit, limit);
};

/**
 * Normal with deviation √(2/inputs), which keeps variances through layers with relu.
 *
 * Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers" (arXiv 1502.01852).
 */
export const he: Initializer = (key, shape) => {
  const [fanIn] = fans(shape);
  return multiply(standardNormal(key, shape), Math.sqrt(2 / Math.max(1, fanIn)));
};

/** How a bias begins, or `false` where there is none. */
export type Bias = Initializer | false;

/** What a layer learns: with a bias, or without one if the option is `false`. */
export type Biased<B extends Bias, With, Without> = B extends false ? Without : With;

/** Throws if the option `bias` is neither an initializer nor `false`. */
export const requireBias = (operation: string, bias: Bias): void => {
  if (bias !== false && typeof bias !== 'function')
    fail({ operation, what: '`bias` must be an initializer or false', got: showGiven(bias) });
};
