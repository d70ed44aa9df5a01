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

/** max(0, x) */
export const relu: ActivationLayer = () => stateless(activation.relu);
/** The hyperbolic tangent. */
export const tanh: ActivationLayer = () => stateless(curve.tanh);
/** 1/(1 + e⁻ˣ) */
export const sigmoid: ActivationLayer = () => stateless(curve.sigmoid);
/** ln(1 + eˣ) */
export const softplus: ActivationLayer = () => stateless(activation.softplus);
/** x·Φ(x) */
export const gelu: ActivationLayer = () => stateless(activation.gelu);
/** x·Φ(x) by its approximation with tanh */
export const geluTanh: ActivationLayer = () => stateless(approximateGelu);
/** x·σ(x), also called swish */
export const silu: ActivationLayer = () => stateless(smooth.silu);
/** x·tanh(softplus(x)) */
export const mish: ActivationLayer = () => stateless(smooth.mish);
/** λ·elu(x, α), with the constants of self-normalizing networks */
export const selu: ActivationLayer = () => stateless(smooth.selu);
/** x/(1 + |x|) */
export const softsign: ActivationLayer = () => stateless(smooth.softsign);
/** min(max(0, x), 6) */
export const relu6: ActivationLayer = () => stateless(piecewise.relu6);
/** x held between −1 and 1 */
export const hardTanh: ActivationLayer = () => stateless(piecewise.hardTanh);
/** relu6(x + 3)/6 */
export const hardSigmoid: ActivationLayer = () => stateless(piecewise.hardSigmoid);
/** x·hardSigmoid(x) */
export const hardSwish: ActivationLayer = () => stateless(piecewise.hardSwish);
/** ln σ(x) */
export const logSigmoid: ActivationLayer = () => stateless(activation.logSigmoid);
/** ln softmax(x) along the last axis */
export const logSoftmax: ActivationLayer = () => stateless((x) => normalized.logSoftmax(x));
/** eˣ/Σeˣ along the last axis. For training, end in logits and let the loss take the softmax. */
export const softmax: ActivationLayer = () => stateless((x) => normalized.softmax(x));

/** An activation layer with a number that is given. */
const withNumber = <S extends Shape>(
  [operation, name, interval]: readonly [string, string, Interval],
  by: number,
  f: (x: Tensor<S>) => Tensor<S>,
): Para<readonly [], Tensor<S>, Tensor<S>> => {
  requireNumber(operation, name, by, interval);
  return stateless(f);
};

/** x where it is positive, slope·x where not; the slope is 0.01 unless given */
export const leakyRelu = <S extends Shape>(slope = 0.01): Para<readonly [], Tensor<S>, Tensor<S>> =>
  withNumber(['leakyRelu', 'slope', '(-∞, ∞)'], slope, (x) => piecewise.leakyRelu(x, slope));
/** x where it is positive, α·(eˣ − 1) where not; α is 1 unless given */
export const elu = <S extends Shape>(alpha = 1): Para<readonly [], Tensor<S>, Tensor<S>> =>
  withNumber(['elu', 'alpha', '(-∞, ∞)'], alpha, (x) => smooth.elu(x, alpha));
/** x where it is positive, α·(e^(x/α) − 1) where not; α is 1 unless given */
export const celu = <S extends Shape>(alpha = 1): Para<readonly [], Tensor<S>, Tensor<S>> =>
  withNumber(['celu', 'alpha', '(0, ∞)'], alpha, (x) => smooth.celu(x, alpha));

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
