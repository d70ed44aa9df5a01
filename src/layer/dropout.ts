/** Dropout: sets random elements to 0 in training; the identity in evaluation. */
import { buffered } from '../lens/buffered.js';
import type { Para } from '../lens/para.js';
import { divide, lessOrEqual } from '../operation/arithmetic.js';
import { type Key, split } from '../operation/random.js';
import { requireNumber } from '../require.js';
import { select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { randomBits } from '../tensor/primitive/generation.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** The buffer of dropout: the random key of the next step. */
export interface DropoutKey {
  readonly key: Key;
}

/**
 * Sets each element to 0 with probability `rate` and divides the others by 1 − rate, so that the mean does not change.
 * In evaluation it is the identity. The random key is its buffer: a step splits it, draws from one half and keeps the
 * other, so a resumed run drops the same elements. Throws if the rate is not in [0, 1).
 *
 * Source: N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting" (2014).
 *
 * @example
 * const model = sequential(dense(4, 64), relu(), dropout(0.5), dense(64, 1));
 */
export const dropout = <S extends Shape>(
  rate: number,
): Para<readonly [], Tensor<S>, Tensor<S>, readonly [DropoutKey]> => {
  requireNumber('dropout', 'rate', rate, '[0, 1)');
  // A random 32-bit word is below the threshold with this probability, to 2⁻³². float32 does not have these digits near
  // 1.
  const threshold = Math.min(Math.round(rate * 2 ** 32), 2 ** 32 - 1);
  return buffered({
    size: 0,
    init: () => [] as const,
    buffer: (key): DropoutKey => ({ key }),
    run: (_, x: Tensor<S>, { key }: DropoutKey) => {
      if (rate === 0) return [x, { key }];
      const [now = key, next = key] = split(key, 2);
      const kept = lessOrEqual(threshold, randomBits(now, x.shape));
      return [select(kept, divide(x, 1 - threshold / 2 ** 32), fullLike(x, 0)), { key: next }];
    },
    predict: (_, x) => x,
  });
};
