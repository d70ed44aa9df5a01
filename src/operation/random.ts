/**
 * Random numbers of explicit keys: the same key, the same numbers, on every backend and thread count. A key
 * is used once; what needs several splits it.
 */
import { threefry2x32 } from '../random/threefry.js';
import { requireCount, requireInteger, requireNumber } from '../require.js';
import { cast } from '../tensor/primitive/conversion.js';
import { fullLike, tensor } from '../tensor/primitive/constant.js';
import { log, sqrt } from '../tensor/primitive/exponential.js';
import { randomBits, requireKey } from '../tensor/primitive/generation.js';
import { reshape } from '../tensor/primitive/movement.js';
import { slice } from '../tensor/primitive/slicing.js';
import { cos } from '../tensor/primitive/trigonometric.js';
import { range, requireShape, type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { fail } from '../error.js';
import { add, divide, maximum, minimum, multiply, subtract } from './arithmetic.js';

/** A random key: two 32-bit words. */
export type Key = Tensor<readonly [2], 'uint32'>;

/**
 * The key of a seed, an integer within ±(2⁵³ − 1): different seeds give different keys, and neighboring seeds unrelated
 * ones. Throws if the seed is anything else.
 *
 * @example
 * normal(key(42), [3]);
 */
export const key = (seed: number): Key => {
  requireInteger('key', 'seed', seed);
  const [low, high] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  return tensor(Uint32Array.from(threefry2x32(high, low, 0, 0)), [2], 'uint32');
};

/**
 * The n-th key after this one: `advance(advance(k, a), b)` is `advance(k, a + b)`. Throws if `n` is not an integer from
 * 0 to below 2³², after which keys repeat.
 */
export const advance = (from: Key, n: number): Key => {
  requireKey('advance', from);
  requireCount('advance', 'n', n, { least: 0, most: 2 ** 32 - 1 });
  return n === 0 ? from : add(from, tensor(Uint32Array.of(0, n), [2], 'uint32'));
};

/** The key in another sequence: no `advance` from one leads to the other. */
export const otherSequence = (from: Key): Key => {
  requireKey('otherSequence', from);
  return add(from, tensor(Uint32Array.of(1, 0), [2], 'uint32'));
};

/** As many unrelated keys as asked for, none of them the key itself. Throws if `count` is not an integer ≥ 0. */
export const split = (from: Key, count: number): readonly Key[] => {
  requireKey('split', from);
  requireCount('split', 'count', count, { least: 0 });
  const words = randomBits(from, [count, 2]);
  return range(count).map((i) => reshape(slice(words, { start: [i, 0], stop: [i + 1, 2] }), [2]));
};

/** The fractional numbers of random words: multiples of 2⁻²⁴ in [0, 1). */
const fractions = <S extends Shape>(words: Tensor<S, 'uint32'>): Tensor<S> =>
  multiply(cast(divide(words, 256), 'float32'), 2 ** -24);

/** The next float32 in the direction of ∞ or of −∞. */
const beside = (x: number, step: 1 | -1): number => {
  const float = new Float32Array([x]);
  // The smallest of either sign; elsewhere neighbors differ by one as integers, away from 0.
  if (float[0] === 0) return step * 2 ** -149;
  const bits = new Int32Array(float.buffer);
  bits[0] = (bits[0] ?? 0) + (x > 0 ? step : -step);
  return float[0] ?? x;
};

/** The smallest and the largest float32 from `low` to below `high`; of one number alone, that number. */
const endsOf = (low: number, high: number): readonly [first: number, last: number] => {
  const [first, last] = [Math.fround(low), Math.fround(high)];
  if (low === high) return [first, last];
  return [first < low ? beside(first, 1) : first, last < high ? last : beside(last, -1)];
};

/**
 * Uniform numbers, `low` included and `high` not; where both are one number, that number. Throws if an end is no finite
 * float32, `high` is below `low`, or no float32 is between them.
 *
 * @example
 * uniform(key(42), [3], -1, 1);
 */
export const uniform = <const S extends Shape>(from: Key, shape: S, low = 0, high = 1): Tensor<S> => {
  requireKey('uniform', from);
  requireShape('uniform', shape);
  requireNumber('uniform', 'low', low, '(-∞, ∞)');
  requireNumber('uniform', 'high', high, `[${low}, ∞)`);
  const [first, last] = endsOf(low, high);
  if (![low, high].map(Math.fround).every(Number.isFinite) || first > last)
    fail({
      operation: 'uniform',
      what: 'there is no float32 in [low, high)',
      got: `${low} and ${high}`,
      needed: 'a larger interval with finite ends',
    });
  const unit = fractions(randomBits(from, shape));
  if (low === 0 && high === 1) return unit;
  // u·(high − low) + low, or where that difference is no float32 (1 − u)·low + u·high
  const numbers = Number.isFinite(Math.fround(high - low))
    ? add(multiply(unit, high - low), low)
    : add(multiply(subtract(fullLike(unit, 1), unit), low), multiply(unit, high));
  // A sum may be rounded onto an end, and an end be rounded out of the interval.
  return maximum(first, minimum(last, numbers));
};

/**
 * Normal numbers of mean 0 and deviation 1, by the transform of two uniform numbers.
 *
 * Source: G. Box, M. Muller, "A note on the generation of random normal deviates" (1958).
 */
export const normal = <const S extends Shape>(from: Key, shape: S): Tensor<S> => {
  requireKey('normal', from);
  requireShape('normal', shape);
  const count = sizeOf(shape);
  const words = randomBits(from, [2, count]);
  const row = (i: number): Tensor =>
    reshape(fractions(slice(words, { start: [i, 0], stop: [i + 1, count] })), shape);
  const [u, v] = [row(0), row(1)];
  // √(−2 ln(1 − u))·cos(2πv); 1 − u is never 0
  const radius = sqrt(multiply(log(subtract(fullLike(u, 1), u)), -2));
  return reshape(multiply(radius, cos(multiply(v, 2 * Math.PI))), shape);
};
