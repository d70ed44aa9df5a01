/** Normalization within each example: layer, group and root-mean-square normalization. */
import { fail, showShape } from '../error.js';
import { differentiable } from '../lens/differentiable.js';
import type { Layer } from '../lens/para.js';
import { add, multiply } from '../operation/arithmetic.js';
import { rootMeanSquare, standardizeOver } from '../operation/normalization.js';
import { requireCount, requireNumber } from '../require.js';
import { full } from '../tensor/primitive/constant.js';
import { reshape } from '../tensor/primitive/movement.js';
import { range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

export interface NormalizationOptions {
  /** Added to the variance, to avoid a division by 0; default: 1e-5. */
  readonly epsilon?: number;
}

export interface NormalizationParameters<C extends number> {
  readonly scale: Tensor<readonly [C]>;
  readonly offset: Tensor<readonly [C]>;
}

type Rows<Lead extends Shape, C extends number> = Tensor<readonly [...Lead, C]>;

/** Throws if the last axis has another size. */
export const requireLast = (operation: string, { shape }: Tensor<Shape>, size: number): void => {
  if (shape.at(-1) !== size)
    fail({
      operation,
      what: 'the input has the wrong size',
      got: showShape(shape),
      needed: `[…, ${size}]`,
      hint: `the layer before must have ${size} outputs`,
    });
};

/** scale·x + offset along the last axis */
export const affinely = (x: Tensor<Shape>, scale: Tensor<never>, offset: Tensor<never>): Tensor<Shape> =>
  add(multiply(x, scale), offset);

/** Scale 1 and offset 0. */
export const unmoved = <C extends number>(size: C): NormalizationParameters<C> => ({
  scale: full([size], 1),
  offset: full([size], 0),
});

/**
 * (x − mean)/√(variance + ε)·scale + offset over the last axis, `[…lead, size]`. Scale and offset are `[size]` and
 * start at 1 and 0. A row of equal numbers gives the offset. Throws if the last axis has another size.
 *
 * Source: J. Ba, J. Kiros, G. Hinton, "Layer normalization" (arXiv 1607.06450).
 *
 * @example
 * const model = sequential(dense(4, 8), layerNormalization(8), relu());
 */
export const layerNormalization = <C extends number, Lead extends Shape>(
  size: C,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): Layer<NormalizationParameters<C>, Rows<Lead, C>, Rows<Lead, C>> => {
  requireCount('layerNormalization', 'size', size);
  requireNumber('layerNormalization', 'epsilon', epsilon, '(0, ∞)');
  return differentiable(
    () => unmoved(size),
    ({ scale, offset }: NormalizationParameters<C>, given: Rows<Lead, C>) => {
      const x: Tensor<Shape> = given;
      requireLast('layerNormalization', x, size);
      const y = standardizeOver(x, [x.shape.length - 1], epsilon);
      return affinely(y, scale as Tensor<never>, offset as Tensor<never>) as Rows<Lead, C>;
    },
  );
};

/**
 * Group normalization, over all spatial axes and each group of channels of `[batch, …space, channels]`. Scale and
 * offset are `[channels]` and start at 1 and 0. With as many groups as channels it is instance normalization. Throws if
 * the groups do not divide the channels.
 *
 * Source: Y. Wu, K. He, "Group normalization" (arXiv 1803.08494).
 *
 * @example
 * const model = sequential(convolution2d(1, 8, 3), groupNormalization(4, 8), relu());
 */
export const groupNormalization = <C extends number, Lead extends Shape>(
  groups: number,
  channels: C,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): Layer<NormalizationParameters<C>, Rows<Lead, C>, Rows<Lead, C>> => {
  requireCount('groupNormalization', 'groups', groups);
  requireCount('groupNormalization', 'channels', channels);
  requireNumber('groupNormalization', 'epsilon', epsilon, '(0, ∞)');
  if (channels % groups > 0)
    fail({
      operation: 'groupNormalization',
      what: 'the groups do not divide the channels',
      got: `${groups} groups for ${channels} channels`,
      needed: 'a number of groups that divides the channels',
    });
  return differentiable(
    () => unmoved(channels),
    ({ scale, offset }: NormalizationParameters<C>, given: Rows<Lead, C>) => {
      const x: Tensor<Shape> = given;
      requireLast('groupNormalization', x, channels);
      if (x.shape.length < 2)
        fail({
          operation: 'groupNormalization',
          what: 'the input has no batch axis',
          got: showShape(x.shape),
          needed: '[batch, …]',
        });
      const grouped = reshape(x, [...x.shape.slice(0, -1), groups, channels / groups]);
      // All axes except the batch and the groups.
      const axes = [...range(x.shape.length - 1).slice(1), x.shape.length];
      const y = standardizeOver(grouped, axes, epsilon);
      const whole = reshape(y, x.shape);
      return affinely(whole, scale as Tensor<never>, offset as Tensor<never>) as Rows<Lead, C>;
    },
  );
};

export interface RmsNormalizationParameters<C extends number> {
  readonly scale: Tensor<readonly [C]>;
}

/**
 * x/√(mean x² + ε)·scale over the last axis, `[…lead, size]`. The scale `[size]` starts at 1. Throws if the last axis
 * has another size.
 *
 * Source: B. Zhang, R. Sennrich, "Root mean square layer normalization" (arXiv 1910.07467).
 *
 * @example
 * const model = sequential(dense(4, 8), rmsNormalization(8), relu());
 */
export const rmsNormalization = <C extends number, Lead extends Shape>(
  size: C,
  { epsilon = 1e-5 }: NormalizationOptions = {},
): Layer<RmsNormalizationParameters<C>, Rows<Lead, C>, Rows<Lead, C>> => {
  requireCount('rmsNormalization', 'size', size);
  requireNumber('rmsNormalization', 'epsilon', epsilon, '(0, ∞)');
  return differentiable(
    () => ({ scale: full([size], 1) }),
    ({ scale }: RmsNormalizationParameters<C>, given: Rows<Lead, C>) => {
      const x: Tensor<Shape> = given;
      requireLast('rmsNormalization', x, size);
      return multiply(rootMeanSquare(x, [-1], epsilon), scale as Tensor<never>) as Rows<Lead, C>;
    },
  );
};
