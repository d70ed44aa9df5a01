/** Activation functions as layers without parameters. Each takes its shape from the layer before it. */
import { differentiable, stateless } from '../lens/differentiable.js';
import type { Layer, Para } from '../lens/para.js';
import * as activation from '../operation/activation.js';
import { multiply } from '../operation/arithmetic.js';
import { geluTanh as approximateGelu } from '../operation/gelu-tanh.js';
import * as piecewise from '../operation/piecewise.js';
import * as smooth from '../operation/smooth.js';
import * as normalized from '../operation/softmax.js';
import { type Interval, requireCount, requireNumber } from '../require.js';
import { less, select } from '../tensor/primitive/comparison.js';
import { full, fullLike } from '../tensor/primitive/constant.js';
import * as curve from '../tensor/primitive/sigmoid.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A layer without parameters that keeps the shape. */
export type ActivationLayer = <S extends Shape>() => Para<readonly [], Tensor<S>, Tensor<S>>;

const layerOf =
  (f: <S extends Shape>(x: Tensor<S>) => Tensor<S>): ActivationLayer =>
  <S extends Shape>() =>
    stateless<Tensor<S>, Tensor<S>>(f);

/** max(0, x) */
export const relu = layerOf(activation.relu);
/** The hyperbolic tangent. */
export const tanh = layerOf(curve.tanh);
/** The logistic sigmoid, 1/(1 + e⁻ˣ). */
export const sigmoid = layerOf(curve.sigmoid);
/** ln(1 + eˣ) */
export const softplus = layerOf(activation.softplus);
/** x·Φ(x) */
export const gelu = layerOf(activation.gelu);
/** x·Φ(x), approximated with tanh. */
export const geluTanh = layerOf(approximateGelu);
/** x·σ(x), also called swish */
export const silu = layerOf(smooth.silu);
/** x·tanh(softplus(x)) */
export const mish = layerOf(smooth.mish);
/** λ·elu(x, α), with the constants of self-normalizing networks */
export const selu = layerOf(smooth.selu);
/** x/(1 + |x|) */
export const softsign = layerOf(smooth.softsign);
/** min(max(0, x), 6) */
export const relu6 = layerOf(piecewise.relu6);
/** x clipped to [−1, 1] */
export const hardTanh = layerOf(piecewise.hardTanh);
/** relu6(x + 3)/6 */
export const hardSigmoid = layerOf(piecewise.hardSigmoid);
/** x·hardSigmoid(x) */
export const hardSwish = layerOf(piecewise.hardSwish);
/** ln σ(x) */
export const logSigmoid = layerOf(activation.logSigmoid);
/** ln softmax(x) along the last axis */
export const logSoftmax = layerOf((x) => normalized.logSoftmax(x));
/** eˣ/Σeˣ along the last axis. For training, end in logits and let the loss take the softmax. */
export const softmax = layerOf((x) => normalized.softmax(x));

/** An activation with one numeric option. */
const layerWith =
  (
    [operation, name, standard]: readonly [string, string, number],
    interval: Interval,
    f: <S extends Shape>(x: Tensor<S>, by: number) => Tensor<S>,
  ) =>
  <S extends Shape>(by = standard): Para<readonly [], Tensor<S>, Tensor<S>> => {
    requireNumber(operation, name, by, interval);
    return stateless<Tensor<S>, Tensor<S>>((x) => f(x, by));
  };

/** x if x > 0, else slope·x; the default slope is 0.01. */
export const leakyRelu = layerWith(['leakyRelu', 'slope', 0.01], '(-∞, ∞)', piecewise.leakyRelu);
/** x if x > 0, else α·(eˣ − 1); the default α is 1. */
export const elu = layerWith(['elu', 'alpha', 1], '(-∞, ∞)', smooth.elu);
/** x if x > 0, else α·(e^(x/α) − 1); the default α is 1. */
export const celu = layerWith(['celu', 'alpha', 1], '(0, ∞)', smooth.celu);

/** a·σ(b), where a and b are the halves of the last axis: `[…lead, 2n]` to `[…lead, n]`. */
export const glu = <Lead extends Shape>(): Para<
  readonly [],
  Tensor<readonly [...Lead, number]>,
  Tensor<readonly [...Lead, number]>
> => stateless((x) => smooth.glu(x) as Tensor<readonly [...Lead, number]>);

export interface PreluParameters<C extends number> {
  readonly slope: Tensor<readonly [C]>;
}

/**
 * x if x > 0, else slope·x. The slope `[channels]` is learned, one for each index of the last axis, and starts at 0.25.
 *
 * Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers" (arXiv 1502.01852).
 *
 * @example
 * const model = sequential(dense(8, 4), prelu(4));
 */
export const prelu = <C extends number, Lead extends Shape>(
  channels: C,
): Layer<PreluParameters<C>, Tensor<readonly [...Lead, C]>, Tensor<readonly [...Lead, C]>> => {
  requireCount('prelu', 'channels', channels);
  return differentiable(
    () => ({ slope: full([channels], 0.25) }),
    ({ slope }: PreluParameters<C>, x: Tensor<readonly [...Lead, C]>) =>
      // The slope has the last axis of x, which the type parameters do not express.
      select(less(fullLike(x, 0), x), x, multiply(x, slope as Tensor<never>)),
  );
};
