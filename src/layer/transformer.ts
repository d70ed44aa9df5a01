/** The transformer block: attention and a feed-forward network, each with a residual connection. */
import { followedBy } from '../lens/composite.js';
import { located } from '../lens/locate.js';
import { identity, type Layer, type Para } from '../lens/para.js';
import { stateless } from '../lens/differentiable.js';
import { fanOut, parallel } from '../lens/parallel.js';
import { reparametrize } from '../lens/reparametrize.js';
import { residual } from '../lens/residual.js';
import { sequential } from '../lens/sequential.js';
import { requireCount, requireFunction, requireNumber } from '../require.js';
import { add } from '../operation/arithmetic.js';
import type { Tensor } from '../tensor/tensor.js';
import { type ActivationLayer, gelu } from './activation.js';
import {
  type AttentionParameters,
  maskedSelfAttention,
  selfAttention,
  type SelfAttentionOptions,
  type SequenceMask,
} from './attention.js';
import { dense, type DenseParameters } from './dense.js';
import { dropout as dropoutOf, type DropoutKey } from './dropout.js';
import { layerNormalization, type NormalizationParameters } from './normalization.js';

export interface TransformerBlockOptions extends Omit<SelfAttentionOptions, 'bias'> {
  readonly width: number;
  readonly heads: number;
  /** The hidden width of the feed-forward network; default: four times the width. */
  readonly hidden?: number;
  readonly activation?: ActivationLayer;
  /** The dropout rate of the outputs of both parts; default: 0. */
  readonly dropout?: number;
}

/** `attention.0.scale`, `attention.1.query.kernel`, `feedForward.1.kernel` and so on. */
export interface TransformerBlockParameters<W extends number> {
  readonly attention: AttentionPart<W>;
  readonly feedForward: FeedForwardPart<W>;
}

type AttentionPart<W extends number> = readonly [NormalizationParameters<W>, AttentionParameters<W>];

type FeedForwardPart<W extends number> = readonly [
  NormalizationParameters<W>,
  DenseParameters<W, number>,
  DenseParameters<number, W>,
];

type Sequence<B extends number, T extends number, W extends number> = Tensor<readonly [B, T, W]>;

type Block<A, W extends number, B extends number, T extends number> = Layer<
  TransformerBlockParameters<W>,
  A,
  Sequence<B, T, W>,
  readonly [DropoutKey, DropoutKey]
>;

/** The parts from which a block is made. */
interface Parts<W extends number, B extends number, T extends number> {
  readonly normalize: Layer<NormalizationParameters<W>, Sequence<B, T, W>, Sequence<B, T, W>>;
  readonly drop: Para<readonly [], Sequence<B, T, W>, Sequence<B, T, W>, readonly [DropoutKey]>;
}

/** A block whose first part is made by `attend`, with its residual connection. */
const block = <A, W extends number, B extends number, T extends number>(
  {
    width,
    hidden = 4 * width,
    activation = gelu,
    dropout = 0,
  }: TransformerBlockOptions & { readonly width: W },
  attend: (parts: Parts<W, B, T>) => Para<AttentionPart<W>, A, Sequence<B, T, W>, readonly [DropoutKey]>,
): Block<A, W, B, T> => {
  requireCount('transformerBlock', 'width', width);
  requireCount('transformerBlock', 'hidden', hidden);
  requireFunction('transformerBlock', 'activation', activation);
  requireNumber('transformerBlock', 'dropout', dropout, '[0, 1)');
  const normalize = layerNormalization<W, readonly [B, T]>(width);
  const widen = dense<W, number, readonly [B, T]>(width, hidden);
  const narrow = dense<number, W, readonly [B, T]>(hidden, width);
  const drop = dropoutOf<Sequence<B, T, W>['shape']>(dropout);
  const feedForward = residual(sequential(normalize, widen, activation(), narrow, drop));
  const both = followedBy(
    located('attention', attend({ normalize, drop })),
    located('feedForward', feedForward),
  );
  // The records of both parts in one record, under their names, so that a model can contain several blocks.
  const grouped = (all: readonly [...AttentionPart<W>, ...FeedForwardPart<W>]) => {
    const [a, b, ...rest] = all;
    return [{ attention: [a, b], feedForward: rest }] as const;
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

/**
 * y = x + attention(normalize(x)), then y + dense(activation(dense(normalize(y)))): `[batch, time, width]` to the same
 * shape. Throws if the heads do not divide the width.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762), normalized first as in R. Xiong et
 * al., "On layer normalization in the transformer architecture" (arXiv 2002.04745).
 *
 * @example
 * const model = sequential(embedding(64, 32), transformerBlock({ width: 32, heads: 4, causal: true }), dense(32, 64));
 */
export const transformerBlock = <W extends number, B extends number, T extends number>(
  options: TransformerBlockOptions & { readonly width: W },
): Block<Sequence<B, T, W>, W, B, T> =>
  block(options, ({ normalize, drop }) =>
    residual(sequential(normalize, selfAttention<W, B, T>(options.width, options.heads, options), drop)),
  );

/**
 * `transformerBlock` with a mask `[batch, time]`: takes a pair of sequence and mask, and attends only to positions
 * where the mask is true. To stack blocks, pass the mask on: `fanOut(block, stateless(([, mask]) => mask))`.
 *
 * @example
 * const block = maskedTransformerBlock({ width: 32, heads: 4 });
 */
export const maskedTransformerBlock = <W extends number, B extends number, T extends number>(
  options: TransformerBlockOptions & { readonly width: W },
): Block<readonly [x: Sequence<B, T, W>, mask: SequenceMask<B, T>], W, B, T> => {
  type X = Sequence<B, T, W>;
  type Pair = readonly [X, SequenceMask<B, T>];
  const around = stateless<Pair, X>(([x]) => x);
  const sum = stateless<readonly [X, X], X>(([x, y]) => add(x, y));
  return block(options, ({ normalize, drop }) => {
    const attention = maskedSelfAttention<W, B, T>(options.width, options.heads, options);
    return followedBy(
      fanOut(around, sequential(parallel(normalize, identity<SequenceMask<B, T>>()), attention, drop)),
      sum,
    );
  });
};
