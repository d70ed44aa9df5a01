/** Multi-head attention layers over `[batch, time, width]`. */
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

/**
 * The four projections of multi-head attention: kernels `[width, width]`, with the outputs of the heads one after the
 * other, and biases.
 */
export interface AttentionParameters<W extends number, Offset extends Bias = Initializer> {
  readonly query: Projection<W, Offset>;
  readonly key: Projection<W, Offset>;
  readonly value: Projection<W, Offset>;
  readonly output: Projection<W, Offset>;
}

export interface CrossAttentionOptions<Offset extends Bias = Bias> {
  /** The initializer of the four kernels; default: Glorot's uniform distribution. */
  readonly kernel?: Initializer;
  /** The initializer of the four biases; default: 0. `false` means no biases. */
  readonly bias?: Offset;
}

export interface SelfAttentionOptions<Offset extends Bias = Bias> extends CrossAttentionOptions<Offset> {
  /** Whether a position attends only to itself and earlier positions. */
  readonly causal?: boolean;
  /** Whether queries and keys get rotary position embeddings. */
  readonly rotary?: boolean;
}

type Sequence<B extends number, T extends number, W extends number> = Tensor<readonly [B, T, W]>;

/** `[batch, time]`: true at the positions of a sequence that may be attended to. */
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
      what: 'the heads do not divide the width',
      got: `${heads} heads for a width of ${width}`,
      needed: 'a number of heads that divides the width',
    });
};

const requireSequence = (operation: string, { shape }: Tensor<Shape>, width: number): void => {
  if (shape.length !== 3 || shape[2] !== width)
    fail({
      operation,
      what: 'the input is not a sequence of the right width',
      got: showShape(shape),
      needed: `[batch, time, ${width}]`,
    });
};

/** The queries, the memory, and the mask of the memory. */
interface Looking {
  readonly queries: Tensor<Shape>;
  readonly memory: Tensor<Shape>;
  readonly mask?: SequenceMask<number, number>;
}

/**
 * A multi-head attention layer. `read` gets queries, memory and mask from the argument. The result has the shape of the
 * queries, `[batch, time, width]`.
 */
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
    // The last axis of a sequence is the width, which its type does not express.
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
    // Masked positions are not projected either, so the gradients of the kernels do not depend on them.
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
  // The types of the layers state the shape of the result, and whether there is a bias.
  return layer as Para<never, A, never>;
};

/**
 * Multi-head self-attention: each position attends to all positions, or with `causal` to itself and earlier ones.
 * `[batch, time, width]` to the same shape. Throws if the heads do not divide the width.
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
 * `selfAttention` with a mask `[batch, time]`: takes a pair of sequence and mask, and attends only to positions where
 * the mask is true. If no position may be attended to, the result is the bias of the output, or 0 without a bias.
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
 * Multi-head cross-attention: each position of one sequence attends to all positions of another. Takes a pair of
 * queries `[batch, time, width]` and memory `[batch, other, width]`. Throws if the heads do not divide the width.
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
 * `crossAttention` with a mask `[batch, other]`: takes queries, memory and mask, and attends only to positions of the
 * memory where the mask is true. If no position may be attended to, the result is the bias of the output, or 0 without
 * a bias.
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
