/** The activation functions as layers without parameters: each takes its shape from the layer before it. */
import { type Para, stateless } from '../lens/para.js';
import * as activation from '../operation/activation.js';
import * as normalized from '../operation/softmax.js';
import * as sigmoid from '../tensor/primitive/sigmoid.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A layer that keeps the shape and has nothing to learn. */
export type ActivationLayer = <S extends Shape>() => Para<readonly [], Tensor<S>, Tensor<S>>;

const layerOf =
  (f: <S extends Shape>(x: Tensor<S>) => Tensor<S>): ActivationLayer =>
  <S extends Shape>() =>
    stateless<Tensor<S>, Tensor<S>>(f);

/** max(0, x) */
export const relu = layerOf(activation.relu);
/** The hyperbolic tangent. */
export const tanh = layerOf(sigmoid.tanh);
/** 1/(1 + e⁻ˣ) */
export const logistic = layerOf(sigmoid.logistic);
/** ln(1 + eˣ) */
export const softplus = layerOf(activation.softplus);
/** x·Φ(x) */
export const gelu = layerOf(activation.gelu);
/** eˣ/Σeˣ along the last axis. For training, end in logits and let the loss take the softmax. */
export const softmax = layerOf((x) => normalized.softmax(x));
