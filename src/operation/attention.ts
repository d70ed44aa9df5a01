/**
 * Attention: each query takes the mean of values, weighed by how well their keys match it.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762).
 */
import { fail, showShape } from '../error.js';
import { requireBoolean } from '../require.js';
import type { FloatDType } from '../tensor/dtype.js';
import { and, equal, less, lessOrEqual, not, select } from '../tensor/primitive/comparison.js';
import { full, fullLike } from '../tensor/primitive/constant.js';
import { contract } from '../tensor/primitive/contract.js';
import { cast } from '../tensor/primitive/conversion.js';
import { exp } from '../tensor/primitive/exponential.js';
import { iota } from '../tensor/primitive/generation.js';
import { broadcast, sum } from '../tensor/primitive/reduction.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add, divide, multiply } from './arithmetic.js';
import { isFinite, keepRows } from './masking.js';
import { along, belowPeak } from './reduce.js';

type Mask = Tensor<Shape, 'bool'>;

export interface AttentionOptions {
  /** Whether a query sees only keys up to its own place. */
  readonly causal?: boolean | undefined;
  /** Which keys may be looked at: `[batch, keys]` for all queries alike, or `[batch, queries, keys]`. */
  readonly mask?: Mask | undefined;
}

/** A mask over `[batch, heads, queries, keys]`. */
const spreadMask = (mask: Mask, shape: Shape): Mask => {
  const axes = mask.shape.length === 2 ? [0, 3] : [0, 2, 3];
  if (mask.shape.length < 2 || mask.shape.length > 3 || axes.some((axis, i) => mask.shape[i] !== shape[axis]))
    fail({
      operation: 'attention',
      what: 'the mask has the wrong shape',
      got: showShape(mask.shape),
      needed: `[${shape[0]}, ${shape[3]}], or [${shape[0]}, ${shape[2]}, ${shape[3]}]`,
    });
  return broadcast(mask, shape, axes);
};

const masksOf = ({ causal = false, mask }: AttentionOptions, shape: Shape): Mask | undefined => {
  requireBoolean('attention', 'causal', causal);
  const given = mask && spreadMask(mask, shape);
  if (!causal) return given;
  const past = lessOrEqual(iota(shape, 3), iota(shape, 2));
  return given === undefined ? past : and(past, given);
};

/** Softmax over the keys that may be looked at; 0 everywhere where there are none. */
const weightsOf = <D extends FloatDType>(
  scores: Tensor<Shape, D>,
  mask: Mask | undefined,
): Tensor<Shape, D> => {
  const { shape } = scores;
  const last = shape.length - 1;
  const seen = mask === undefined ? scores : select(mask, scores, fullLike(scores, Number.NEGATIVE_INFINITY));
  const e = exp(belowPeak(seen, last).below);
  const total = sum(e, [last]);
  const whole =
    mask === undefined ? total : select(equal(total, fullLike(total, 0)), fullLike(total, 1), total);
  return divide(e, along(whole, shape, last));
};

/** Which keys each query may look at, `[batch, queries, keys]`. */
const lookedAt = ({ causal = false, mask }: AttentionOptions, shape: Shape): Mask => {
  const all = full(shape, 1, 'bool');
  const given =
    mask === undefined ? all : broadcast(mask, shape, mask.shape.length === 2 ? [0, 2] : [0, 1, 2]);
  return causal ? and(given, lessOrEqual(iota(shape, 2), iota(shape, 1))) : given;
};

/** The result, and NaN for a query that looks at a key or a value that is not finite. */
const unlessUnsound = <D extends FloatDType>(
  result: Tensor<Shape, D>,
  seen: readonly Tensor<Shape, D>[],
  options: AttentionOptions,
): Tensor<Shape, D> => {
  const [batch = 0, queries = 0] = result.shape;
  const [keys = 0] = seen.map(({ shape }) => shape[1] ?? 0);
  // `[batch, keys, heads]`: how many numbers of a key and its value are not finite
  const [first, second] = seen.map((each) => sum(cast(not(isFinite(each)), result.dtype), [3]));
  if (first === undefined || second === undefined) return result;
  const looks = cast(lookedAt(options, [batch, queries, keys]), result.dtype);
  const met = contract(looks, add(first, second), 'btu,buh->bth');
  const unsound = broadcast(less(fullLike(met, 0), met), result.shape, [0, 1, 2]);
  return select(unsound, fullLike(result, Number.NaN), result);
};

/**
 * Σ softmax(q·k/√size)·v over the keys: queries `[batch, queries, heads, size]` with keys and values
 * `[batch, keys, heads, size]` give `[batch, queries, heads, size]`. What is masked has no part in the result and no
 * gradient, even if it is NaN or infinite; a query that may look at nothing gets 0, and one that looks at a key or
 * value that is not finite, where masks differ from query to query, NaN. Throws if shapes do not fit.
 *
 * @example
 * const x = tensor([[[[1, 0]], [[0, 1]]]]);
 * attend(x, x, x, { causal: true }); // [[[[1, 0]], [[0.33023844, 0.66976154]]]]
 */
export const attend = <D extends FloatDType>(
  queries: Tensor<Shape, D>,
  keys: Tensor<Shape, D>,
  values: Tensor<Shape, D>,
  options: AttentionOptions = {},
): Tensor<Shape, D> => {
  const [batch = 0, count = 0, heads = 0, size = 0] = queries.shape;
  const [, others = 0] = keys.shape;
  const fits = [keys, values].every(
    ({ shape }) =>
      shape.length === 4 &&
      shape[0] === batch &&
      shape[1] === others &&
      shape[2] === heads &&
      shape[3] === size,
  );
  if (queries.shape.length !== 4 || !fits)
    fail({
      operation: 'attention',
      what: 'the shapes of queries, keys and values do not match',
      got: [queries, keys, values].map(({ shape }) => showShape(shape)).join(', '),
      needed: '[batch, queries, heads, size], [batch, keys, heads, size], [batch, keys, heads, size]',
    });
  if (others === 0)
    fail({
      operation: 'attention',
      what: 'there are no keys',
      got: showShape(keys.shape),
      needed: 'at least one key',
    });
  const { mask, causal = false } = options;
  // Keys that no query may look at are not looked at; nor are, by a query, those that only others see.
  const [theirKeys, theirValues] =
    mask?.shape.length === 2 && mask.shape[0] === batch && mask.shape[1] === others
      ? [keepRows(mask, keys), keepRows(mask, values)]
      : [keys, values];
  const seenBySome = causal || mask?.shape.length === 3;
  const sound = (each: Tensor<Shape, D>): Tensor<Shape, D> =>
    seenBySome ? select(isFinite(each), each, fullLike(each, 0)) : each;
  // The queries are scaled and not their products with the keys, which are more.
  const scaled = multiply(queries, 1 / Math.sqrt(size));
  const scores = contract(scaled, sound(theirKeys), 'bthd,buhd->bhtu');
  const weights = weightsOf(scores, masksOf(options, [batch, heads, count, others]));
  const result = contract(weights, sound(theirValues), 'bhtu,buhd->bthd');
  return seenBySome ? unlessUnsound(result, [theirKeys, theirValues], options) : result;
};
