/** Attention layers with several heads, over `[batch, time, width]`. */
import { fail, showShape } from '../error.js';
import { differentiable } from '../lens/differentiable.js';
import type { Layer, Para } from '../lens/para.js';
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
import type { DenseKernel, DenseParameters } from './dense.js';
import { type Bias, type Biased, glorot, type Initializer, requireBias, zeros } from './initializer.js';

type Projection<W extends number, Offset extends Bias> = Biased<
  Offset,
  DenseParameters<W, W>,
  DenseKernel<W, W>
>;

/** Each a product and a bias: kernels `[width, width]`, whose outputs are the heads one after the other. */
export interface AttentionParameters<W extends number, Offset extends Bias = Initializer> {
  readonly query: Projection<W, Offset>;
  readonly key: Projection<W, Offset>;
  readonly value: Projection<W, Offset>;
  readonly output: Projection<W, Offset>;
}

export interface CrossAttentionOptions<Offset extends Bias = Bias> {
  /** For the four kernels; Glorot's uniform distribution unless given. */
  readonly kernel?: Initializer;
  /** For the four biases; 0 unless given, and none if it is `false`. */
  readonly bias?: Offset;
}

export interface SelfAttentionOptions<Offset extends Bias = Bias> extends CrossAttentionOptions<Offset> {
  /** Whether a place sees only itself and what is before it. */
  readonly causal?: boolean;
  /** Whether queries and keys are turned by their place. */
  readonly rotary?: boolean;
}

type Sequence<B extends number, T extends number, W extends number> = Tensor<readonly [B, T, W]>;

/** Of a place in a sequence, whether it may be looked at. */
export type SequenceMask<B extends number, T extends number> = Tensor<readonly [B, T], 'bool'>;

const init =
  <W extends number>(width: W, kernel: Initializer, bias: Bias) =>
  (from: Key): AttentionParameters<W, Bias> => {
    const [a = from, b = from, c = from, d = from] = split(from, 4);
    const part = (key: Key): Projection<W, Bias> => {
      const kernels = { kernel: kernel(key, [width, width]) };
      return bias === false ? kernels : { ...kernels, bias: bias(key, [width]) };
    };
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
const multiHead = <W extends number, A, Offset extends Bias>(
  operation: string,
  [width, heads]: readonly [W, number],
  options: SelfAttentionOptions<Offset>,
  read: (a: A) => Looking,
): Para<never, A, never> => {
  const {
    causal = false,
    rotary: turned = false,
    kernel = glorot,
    bias = zeros,
  }: SelfAttentionOptions = options;
  requireHeads(operation, width, heads);
  requireBoolean(operation, 'causal', causal);
  requireBoolean(operation, 'rotary', turned);
  requireFunction(operation, 'kernel', kernel);
  requireBias(operation, bias);
  const projected = (each: Tensor<Shape>, by: Projection<W, Bias>): Tensor<Shape> => {
    // The last axis of a sequence is the width; its type does not tell.
    const product = matmul(each as Tensor<never>, by.kernel as Tensor<never>) as Tensor<Shape>;
    return 'bias' in by ? add(product, by.bias as Tensor<never>) : product;
  };
  const headsOf = (each: Tensor<Shape>, by: Projection<W, Bias>): Tensor<Shape> =>
    reshape(projected(each, by), [...each.shape.slice(0, 2), heads, width / heads]);
  const placed = (each: Tensor<Shape>): Tensor<Shape> => (turned ? rotary(each) : each);
  const layer = differentiable(init(width, kernel, bias), ({ query, key, value, output }, a: A) => {
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
    return projected(reshape(seen, queries.shape), output);
  });
  // The result has the shape of the queries, and the parameters a bias or none, as the types of the layers say.
  return layer as Para<never, A, never>;
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
export const selfAttention = <
  W extends number,
  B extends number,
  T extends number,
  Offset extends Bias = Initializer,
>(
  width: W,
  heads: number,
  options: SelfAttentionOptions<Offset> = {},
): Layer<AttentionParameters<W, Offset>, Sequence<B, T, W>, Sequence<B, T, W>> =>
  multiHead('selfAttention', [width, heads], options, (x) => ({ queries: x, memory: x }));

/**
 * `selfAttention` that looks only at places where a mask `[batch, time]` holds: of a pair of sequence and mask. A
 * place of which no other may be looked at gets the bias of the output alone, or 0 without one.
 *
 * @example
 * const layer = maskedSelfAttention(32, 4);
 */
export const maskedSelfAttention = <
  W extends number,
  B extends number,
  T extends number,
  Offset extends Bias = Initializer,
>(
  width: W,
  heads: number,
  options: SelfAttentionOptions<Offset> = {},
): Layer<
  AttentionParameters<W, Offset>,
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
export const crossAttention = <
  W extends number,
  B extends number,
  T extends number,
  U extends number,
  Offset extends Bias = Initializer,
>(
  width: W,
  heads: number,
  options: CrossAttentionOptions<Offset> = {},
): Layer<
  AttentionParameters<W, Offset>,
  readonly [queries: Sequence<B, T, W>, memory: Sequence<B, U, W>],
  Sequence<B, T, W>
> =>
  multiHead(
    'crossAttention',
    [width, heads],
    { ...options, causal: false, rotary: false },
    ([queries, memory]) => ({ queries, memory }),
  );

/**
 * `crossAttention` that looks only at places of the memory where a mask `[batch, other]` holds: of queries, memory
 * and mask. A query of which nothing may be looked at gets the bias of the output alone, or 0 without
 * one.
 *
 * @example
 * const layer = maskedCrossAttention(32, 4);
 */
export const maskedCrossAttention = <
  W extends number,
  B extends number,
  T extends number,
  U extends number,
  Offset extends Bias = Initializer,
>(
  width: W,
  heads: number,
  options: CrossAttentionOptions<Offset> = {},
): Layer<
  AttentionParameters<W, Offset>,
  readonly [queries: Sequence<B, T, W>, memory: Sequence<B, U, W>, mask: SequenceMask<B, U>],
  Sequence<B, T, W>
> =>
  multiHead(
    'maskedCrossAttention',
    [width, heads],
    { ...options, causal: false, rotary: false },
    ([queries, memory, mask]) => ({
      queries,
      memory,
      mask,
    }),
  );
