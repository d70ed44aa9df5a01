/** Initializers: the initial values of parameters. Each takes a random key and a shape. */
import { type Key, normal as standardNormal, uniform as standardUniform } from '../operation/random.js';
import { multiply } from '../operation/arithmetic.js';
import { fail } from '../error.js';
import { requireNumber, showGiven } from '../require.js';
import { full } from '../tensor/primitive/constant.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Makes a tensor of a shape from a random key. */
export type Initializer = <const S extends Shape>(key: Key, shape: S) => Tensor<S>;

/**
 * Fan-in and fan-out of a kernel `[…window, inputs, outputs]`: the inputs of one unit, and the outputs of one input.
 */
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

/** Normal numbers with mean 0 and this standard deviation. Throws if the deviation is not in [0, ∞). */
export const normalInitializer = (deviation: number): Initializer => {
  requireNumber('normalInitializer', 'deviation', deviation, '[0, ∞)');
  return (key, shape) => multiply(standardNormal(key, shape), deviation);
};

/**
 * Uniform in ±√(6/(inputs + outputs)), which keeps the variance across layers that are linear around 0.
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
 * Normal with standard deviation √(2/inputs), which keeps the variance across layers with relu.
 *
 * Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers" (arXiv 1502.01852).
 */
export const he: Initializer = (key, shape) => {
  const [fanIn] = fans(shape);
  return multiply(standardNormal(key, shape), Math.sqrt(2 / Math.max(1, fanIn)));
};

/** The initializer of a bias, or `false` for no bias. */
export type Bias = Initializer | false;

/** The parameters of a layer: with a bias, or without one if the option is `false`. */
export type Biased<B extends Bias, With, Without> = B extends false ? Without : With;

/** Throws if the option `bias` is neither an initializer nor `false`. */
export const requireBias = (operation: string, bias: Bias): void => {
  if (bias !== false && typeof bias !== 'function')
    fail({ operation, what: '`bias` must be an initializer or false', got: showGiven(bias) });
};
