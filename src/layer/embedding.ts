/** Embeddings: a learned vector for each word of a vocabulary. */
import { differentiable } from '../lens/differentiable.js';
import type { Layer } from '../lens/para.js';
import { requireIndices } from '../operation/indices.js';
import { requireCount, requireFunction } from '../require.js';
import { take } from '../tensor/primitive/indexing.js';
import { requireKind } from '../tensor/primitive/elementwise.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Initializer, normalInitializer } from './initializer.js';

export interface EmbeddingParameters<V extends number, W extends number> {
  /** `[vocabulary, width]` */
  readonly table: Tensor<readonly [V, W]>;
}

export interface EmbeddingOptions {
  /** The initializer of the table; default: normal with standard deviation 0.02. */
  readonly table?: Initializer;
}

/**
 * Looks up the row of a learned table `[vocabulary, width]` for each index: int32 `[…lead]` to `[…lead, width]`. Throws
 * if a size is not a positive integer; while running, if an index is outside of the vocabulary.
 *
 * @example
 * const model = sequential(embedding(64, 16), layerNormalization(16));
 */
export const embedding = <V extends number, W extends number, Lead extends Shape>(
  vocabulary: V,
  width: W,
  { table = normalInitializer(0.02) }: EmbeddingOptions = {},
): Layer<EmbeddingParameters<V, W>, Tensor<Lead, 'int32'>, Tensor<readonly [...Lead, W]>> => {
  requireCount('embedding', 'vocabulary', vocabulary);
  requireCount('embedding', 'width', width);
  requireFunction('embedding', 'table', table);
  return differentiable(
    (key) => ({ table: table(key, [vocabulary, width]) }),
    (parameters: EmbeddingParameters<V, W>, words: Tensor<Lead, 'int32'>) => {
      requireKind('embedding', 'integer', words.dtype);
      const known = requireIndices(words, vocabulary, {
        operation: 'embedding',
        what: 'an index is outside of the vocabulary',
        hint: 'indices start at 0; give unknown words an index of their own',
      });
      // The axes of the indices replace the first axis of the table.
      return take(parameters.table, known, 0) as Tensor<never>;
    },
  );
};
