/** The block that transformers are a stack of. */
import { compose } from '../lens/compose.js';
import { located } from '../lens/locate.js';
import type { Layer } from '../lens/para.js';
import { reparametrize } from '../lens/reparametrize.js';
import { residual } from '../lens/residual.js';
import { sequential } from '../lens/sequential.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ActivationLayer, gelu } from './activation.js';
import { type AttentionParameters, selfAttention, type SelfAttentionOptions } from './attention.js';
import { dense, type DenseParameters } from './dense.js';
import { dropout as dropoutOf, type DropoutParameters } from './dropout.js';
import { layerNormalization, type NormalizationParameters } from './normalization.js';

export interface TransformerBlockOptions extends SelfAttentionOptions {
  readonly width: number;
  readonly heads: number;
  /** The width within the feed-forward part; four times the width unless given. */
  readonly hidden?: number;
  readonly activation?: ActivationLayer;
  /** The rate at which results of both parts are left out; 0 unless given. */
  readonly dropout?: number;
}

/** `attention.0.scale`, `attention.1.query.kernel`, `feedForward.1.kernel` and so on. */
export interface TransformerBlockParameters<W extends number> {
  readonly attention: AttentionPart<W>;
  readonly feedForward: FeedForwardPart<W>;
}

type AttentionPart<W extends number> = readonly [
  NormalizationParameters<W>,
  AttentionParameters<W>,
  DropoutParameters,
];

type FeedForwardPart<W extends number> = readonly [
  NormalizationParameters<W>,
  DenseParameters<W, number>,
  DenseParameters<number, W>,
  DropoutParameters,
];

type Sequence<B extends number, T extends number, W extends number> = Tensor<readonly [B, T, W]>;

type Block<W extends number, B extends number, T extends number> = Layer<
  TransformerBlockParameters<W>,
  Sequence<B, T, W>,
  Sequence<B, T, W>
>;

/**
 * x + attention(normalized x), and of that y + dense(activation(dense(normalized y))): `[batch, time, width]` to the
 * same. Throws where heads do not divide the width.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762), normalized first as in R. Xiong et
 * al., "On layer normalization in the transformer architecture" (arXiv 2002.04745).
 *
 * @example
 * const model = sequential(embedding(64, 32), transformerBlock({ width: 32, heads: 4, causal: true }), dense(32, 64));
 */
export const transformerBlock = <W extends number, B extends number, T extends number>({
  width,
  heads,
  hidden = 4 * width,
  activation = gelu,
  dropout = 0,
  ...options
}: TransformerBlockOptions & { readonly width: W }): Block<W, B, T> => {
  type X = Sequence<B, T, W>;
  const normalize = layerNormalization<W, readonly [B, T]>(width);
  const attention = selfAttention<W, B, T>(width, heads, options);
  const widen = dense<W, number, readonly [B, T]>(width, hidden);
  const narrow = dense<number, W, readonly [B, T]>(hidden, width);
  const drop = dropoutOf<X['shape']>(dropout);
  const attend = located('attention', residual(sequential(normalize, attention, drop)));
  const feedForward = located(
    'feedForward',
    residual(sequential(normalize, widen, activation(), narrow, drop)),
  );
  const both = compose(attend, feedForward);
  // The records of both parts under their names, in one record: blocks may stand beside each other.
  const grouped = (all: readonly [...AttentionPart<W>, ...FeedForwardPart<W>]) => {
    const [a, b, c, ...rest] = all;
    return [{ attention: [a, b, c], feedForward: rest }] as const;
  };
  return reparametrize(
    {
      size: 1,
      init: (key) => grouped(both.init(key)),
      lens: {
        run: ([{ attention: first, feedForward: second }]) => [[...first, ...second] as const, grouped],
      },
    },
    both,
  );
};
