/** Positions in a sequence as waves of many lengths: added to what stands there, or turning it. */
import { fail, showShape } from '../error.js';
import { requireCount } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { tensor } from '../tensor/primitive/constant.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { concat, slice } from '../tensor/primitive/slicing.js';
import { range, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, multiply, subtract } from './arithmetic.js';

/** The longest wave is 2π times this many places. */
const LONGEST = 10_000;

/** position·LONGEST^(−i/half) for each position and each i below half, through a function. */
const table = <D extends FloatDType>(
  length: number,
  half: number,
  wave: (angle: number) => number,
  dtype: D,
): Tensor<Shape, D> =>
  tensor(
    range(length).flatMap((position) => range(half).map((i) => wave(position * LONGEST ** (-i / half)))),
    [length, half],
    dtype,
  );

/**
 * The table `[length, width]` of sines in the first half of its columns and cosines in the second, one pair a wave.
 * Throws if the width is odd.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762), there column by column in turn.
 *
 * @example
 * sinusoids(1, 4); // [[0, 0, 1, 1]]
 */
export const sinusoids = (length: number, width: number): Tensor<Shape> => {
  requireCount('sinusoids', 'length', length, { least: 0 });
  requireCount('sinusoids', 'width', width, { least: 0 });
  if (width % 2 === 1)
    fail({
      operation: 'sinusoids',
      what: '`width` must be even',
      got: String(width),
      needed: 'an even width',
    });
  return concat(
    [table(length, width / 2, Math.sin, 'float32'), table(length, width / 2, Math.cos, 'float32')],
    1,
  );
};

/**
 * Turns the pairs (xᵢ, xᵢ₊ₕ) of each vector, h being half its size, by an angle that grows with its place:
 * `[batch, time, heads, size]`. The product of two turned vectors depends on how far they stand apart, and not on
 * where. Throws if the size is odd.
 *
 * Source: J. Su et al., "RoFormer: enhanced transformer with rotary position embedding" (arXiv 2104.09864).
 *
 * @example
 * rotary(tensor([[[[1, 0]], [[1, 0]]]])); // [[[[1, 0]], [[0.5403023, 0.84147096]]]]
 */
export const rotary = <D extends FloatDType>(x: Tensor<Shape, D>): Tensor<Shape, D> => {
  const [, length = 0, , size = 0] = x.shape;
  if (x.shape.length !== 4 || size % 2 === 1)
    fail({
      operation: 'rotary',
      what: 'the last axis has an odd size',
      got: showShape(x.shape),
      needed: '[batch, time, heads, size] with an even size',
    });
  const half = size / 2;
  const part = (from: number): Tensor<Shape, D> =>
    slice(x, { start: [0, 0, 0, from], stop: [...x.shape.slice(0, 3), from + half] });
  const [a, b] = [part(0), part(half)];
  const spread = (wave: (angle: number) => number): Tensor<Shape, D> =>
    broadcast(table(length, half, wave, x.dtype), a.shape, [1, 3]);
  const [cos, sin] = [spread(Math.cos), spread(Math.sin)];
  // (a, b) turned by θ: (a·cos θ − b·sin θ, b·cos θ + a·sin θ)
  return concat([subtract(multiply(a, cos), multiply(b, sin)), add(multiply(b, cos), multiply(a, sin))], 3);
};
