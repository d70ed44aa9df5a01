/** Batch normalization: uses the statistics of the batch in training and running statistics in evaluation. */
import { fail, showShape } from '../error.js';
import { buffered } from '../lens/buffered.js';
import type { Layer } from '../lens/para.js';
import { add, multiply } from '../operation/arithmetic.js';
import { moments, standardize, standardizeOver } from '../operation/normalization.js';
import { requireCount, requireNumber } from '../require.js';
import { full } from '../tensor/primitive/constant.js';
import { range, type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  affinely,
  type NormalizationOptions,
  type NormalizationParameters,
  requireLast,
  unmoved,
} from './normalization.js';

export interface BatchNormalizationOptions extends NormalizationOptions {
  /** The share of the running statistics that each step keeps; default: 0.9. */
  readonly momentum?: number;
}

/** The buffers of batch normalization: the running mean and variance of each channel. */
export interface RunningStatistics<C extends number> {
  readonly mean: Tensor<readonly [C]>;
  readonly variance: Tensor<readonly [C]>;
}

/** m·before + (1 − m)·now */
const running = (before: Tensor<never>, now: Tensor<never>, momentum: number): Tensor<never> =>
  add(multiply(before, momentum), multiply(now, 1 - momentum));

/**
 * (x − mean)/√(variance + ε)·scale + offset for each channel, over all axes but the last: `[batch, …space, channels]`.
 * In training, mean and variance are those of the batch; in evaluation, the running ones. The running statistics are
 * the buffer: the mean starts at 0, the variance at 1, and each step sets them to momentum·running + (1 −
 * momentum)·batch, with the unbiased variance (divided by n − 1), as in PyTorch. Throws if the last axis has another
 * size, or if a training batch has fewer than two elements for each channel.
 *
 * Source: S. Ioffe, C. Szegedy, "Batch normalization" (arXiv 1502.03167).
 *
 * @example
 * const model = sequential(dense(4, 8), batchNormalization(8), relu(), dense(8, 1));
 */
export const batchNormalization = <C extends number, Lead extends Shape>(
  channels: C,
  { epsilon = 1e-5, momentum = 0.9 }: BatchNormalizationOptions = {},
): Layer<
  NormalizationParameters<C>,
  Tensor<readonly [...Lead, C]>,
  Tensor<readonly [...Lead, C]>,
  readonly [RunningStatistics<C>]
> => {
  requireCount('batchNormalization', 'channels', channels);
  requireNumber('batchNormalization', 'epsilon', epsilon, '(0, ∞)');
  requireNumber('batchNormalization', 'momentum', momentum, '[0, 1)');
  type Parameters = readonly [NormalizationParameters<C>];
  type Rows = Tensor<readonly [...Lead, C]>;
  const axesOf = (x: Tensor<Shape>): readonly number[] => range(x.shape.length - 1);
  const scaled = ([{ scale, offset }]: Parameters, x: Tensor<Shape>): Rows =>
    affinely(x, scale as Tensor<never>, offset as Tensor<never>) as Rows;
  return buffered({
    size: 1,
    init: (): Parameters => [unmoved(channels)],
    buffer: (): RunningStatistics<C> => ({ mean: full([channels], 0), variance: full([channels], 1) }),
    run: (parameters: Parameters, given: Rows, { mean, variance }: RunningStatistics<C>) => {
      const x: Tensor<Shape> = given;
      requireLast('batchNormalization', x, channels);
      const axes = axesOf(x);
      const count = sizeOf(x.shape.slice(0, -1));
      if (count < 2)
        fail({
          operation: 'batchNormalization',
          what: 'too few elements for the statistics of a channel',
          got: showShape(x.shape),
          needed: 'at least two elements for each channel',
          hint: 'use a larger batch; to predict, use evaluation(model, ...buffers)',
        });
      const now = moments(x, axes);
      const unbiased = multiply(now.variance, count / (count - 1));
      return [
        scaled(parameters, standardizeOver(x, axes, epsilon)),
        {
          mean: running(mean as Tensor<never>, now.mean as Tensor<never>, momentum),
          variance: running(variance as Tensor<never>, unbiased as Tensor<never>, momentum),
        },
      ];
    },
    predict: (parameters: Parameters, given: Rows, statistics: RunningStatistics<C>) => {
      const x: Tensor<Shape> = given;
      requireLast('batchNormalization', x, channels);
      return scaled(parameters, standardize(x, statistics, axesOf(x), epsilon));
    },
  });
};
