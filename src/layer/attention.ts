/** Attention layers with several heads, over `[batch, time, width]`. */
import { fail, showShape } from '../error.js';
import { differentiable } from '../lens/differentiable.js';
import type { Layer } from '../lens/para.js';
import { add } from '../operation/arithmetic.js';
import { attend } from '../operation/attention.js';
import { keepRows } from '../operation/masking.js';
import { rotary } from '../operation/position.js';
import { matmul } from '../operation/product.js';
import { type Key, split } from '../operation/random.js';
import { requireBoolean, requireCount, requireFunction } from '../require.js';
import { reshape } from '../tensor/primitive/movement.js';
import { sameShape, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DenseParameters } from './dense.js';
import { glorot, type Initializer, zeros } from './initializer.js';

/** Each a product and a bias: kernels `[width, width]`, whose outputs are the heads one after the other. */
export interface AttentionParameters<W extends number> {
  readonly query: DenseParameters<W, W>;
  readonly key: DenseParameters<W, W>;
  readonly value: DenseParameters<W, W>;
  readonly output: DenseParameters<W, W>;
}

export interface SelfAttentionOptions {
  /** Whether a place sees only itself and what is before it. */
  readonly causal?: boolean;
  /** Whether queries and keys are turned by their place. */
  readonly rotary?: boolean;
  /** For the four kernels; Glorot's uniform distribution unless given. */
  readonly kernel?: Initializer;
}

type Sequence<B extends number, T extends number, W extends number> = Tensor<readonly [B, T, W]>;

/** Of a place in a sequence, whether it may be looked at. */
export type SequenceMask<B extends number, T extends number> = Tensor<readonly [B, T], 'bool'>;

const init =
  <W extends number>(width: W, kernel: Initializer) =>
  (from: Key): AttentionParameters<W> => {
    const [a = from, b = from, c = from, d = from] = split(from, 4);
    const part = (key: Key): DenseParameters<W, W> => ({
      kernel: kernel(key, [width, width]),
      bias: zeros(key, [width]),
    });
    return { query: part(a), key: part(b), value: part(c), output: part(d) };
  };

const requireHeads = (operation: string, width: number, heads: number): void => {
  requireCount(operation, 'width', width);
  requireCount(operation, 'heads', heads);
  if (width % heads > 0)
    fail({
      operation,
      what: 'heads that do not divide the width',
      got: `${heads} heads of a width of ${width}`,
      needed: 'a divisor of the width',
    });
};

const requireSequence = (operation: string, { shape }: Tensor<Shape>, width: number): void => {
  if (shape.length !== 3 || shape[2] !== width)
    fail({
      operation,
      what: 'no sequence of this width',
      got: showShape(shape),
      needed: `[batch, time, ${width}]`,
    });
};

/** Who looks, at what, and at which places of it. */
interface Looking {
  readonly queries: Tensor<Shape>;
  readonly memory: Tensor<Shape>;
  readonly mask?: SequenceMask<number, number>;
}

/** A layer of several heads, whose argument says who looks at what: `[batch, time, width]` like the queries. */
const multiHead = <W extends number, A, Y extends Tensor<Shape>>(
  operation: string,
  [width, heads]: readonly [W, number],
  { causal = false, rotary: turned = false, kernel = glorot }: SelfAttentionOptions,
  read: (a: A) => Looking,
): Layer<AttentionParameters<W>, A, Y> => {
  requireHeads(operation, width, heads);
  requireBoolean(operation, 'causal', causal);
  requireBoolean(operation, 'rotary', turned);
  requireFunction(operation, 'kernel', kernel);
  const projected = (each: Tensor<Shape>, by: DenseParameters<W, W>): Tensor<Shape> =>
    // The last axis of a sequence is the width; its type does not tell.
    add(matmul(each as Tensor<never>, by.kernel as Tensor<never>) as Tensor<Shape>, by.bias as Tensor<never>);
  const headsOf = (each: Tensor<Shape>, by: DenseParameters<W, W>): Tensor<Shape> =>
    reshape(projected(each, by), [...each.shape.slice(0, 2), heads, width / heads]);
  const placed = (each: Tensor<Shape>): Tensor<Shape> => (turned ? rotary(each) : each);
  return differentiable(init(width, kernel), ({ query, key, value, output }, a: A) => {
    const { queries, memory: given, mask } = read(a);
    requireSequence(operation, queries, width);
    requireSequence(operation, given, width);
    // What may not be looked at is not projected either: the kernels' gradients do not see it.
    const fits = mask !== undefined && sameShape(mask.shape, given.shape.slice(0, 2));
    const memory = fits ? keepRows(mask, given) : given;
    const seen = attend(
      placed(headsOf(queries, query)),
      placed(headsOf(memory, key)),
      headsOf(memory, value),
      { causal, mask },
    );
    // Of the shape of the queries, as the layer's type says.
    return projected(reshape(seen, queries.shape), output) as Y;
  });
};

/**
 * Attention of each place of a sequence to all, or with `causal` to those up to itself: `[batch, time, width]` to the
 * same. Throws if heads do not divide the width.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762).
 *
 * @example
 * const model = sequential(embedding(64, 32), residual(selfAttention(32, 4, { causal: true })), dense(32, 64));
 */
export const selfAttention = <W extends number, B extends number, T extends number>(
  width: W,
  heads: number,
  options: SelfAttentionOptions = {},
): Layer<AttentionParameters<W>, Sequence<B, T, W>, Sequence<B, T, W>> =>
  multiHead('selfAttention', [width, heads], options, (x) => ({ queries: x, memory: x }));

/**
 * `selfAttention` that looks only at places where a mask `[batch, time]` holds: of a pair of sequence and mask. A
 * place of which no other may be looked at gets the bias of the output alone.
 *
 * @example
 * const layer = maskedSelfAttention(32, 4);
 */
export const maskedSelfAttention = <W extends number, B extends number, T extends number>(
  width: W,
  heads: number,
  options: SelfAttentionOptions = {},
): Layer<
  AttentionParameters<W>,
  readonly [x: Sequence<B, T, W>, mask: SequenceMask<B, T>],
  Sequence<B, T, W>
> =>
  multiHead('maskedSelfAttention', [width, heads], options, ([x, mask]) => ({ queries: x, memory: x, mask }));

/**
 * Attention of each place of one sequence to all places of another: of a pair of queries `[batch, time, width]` and
 * memory `[batch, other, width]`. Throws if heads do not divide the width.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762).
 *
 * @example
 * const layer = crossAttention(32, 4);
 */
export const crossAttention = <W extends number, B extends number, T extends number, U extends number>(
  width: W,
  heads: number,
  { kernel = glorot }: Pick<SelfAttentionOptions, 'kernel'> = {},
): Layer<
  AttentionParameters<W>,
  readonly [queries: Sequence<B, T, W>, memory: Sequence<B, U, W>],
  Sequence<B, T, W>
> => multiHead('crossAttention', [width, heads], { kernel }, ([queries, memory]) => ({ queries, memory }));

/**
 * `crossAttention` that looks only at places of the memory where a mask `[batch, other]` holds: of queries, memory
 * and mask. A query of which nothing may be looked at gets the bias of the output alone.
 *
 * @example
 * const layer = maskedCrossAttention(32, 4);
 */
export const maskedCrossAttention = <W extends number, B extends number, T extends number, U extends number>(
  width: W,
  heads: number,
  { kernel = glorot }: Pick<SelfAttentionOptions, 'kernel'> = {},
): Layer<
  AttentionParameters<W>,
  readonly [queries: Sequence<B, T, W>, memory: Sequence<B, U, W>, mask: SequenceMask<B, U>],
  Sequence<B, T, W>
> =>
  multiHead('maskedCrossAttention', [width, heads], { kernel }, ([queries, memory, mask]) => ({
    queries,
    memory,
    mask,
  }));
