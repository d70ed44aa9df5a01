/** Position encodings as layers: they add the position to each element of a sequence. */
import { fail, showShape } from '../error.js';
import { differentiable, stateless } from '../lens/differentiable.js';
import type { Layer, Para } from '../lens/para.js';
import { add } from '../operation/arithmetic.js';
import { sinusoids } from '../operation/position.js';
import { requireCount, requireFunction } from '../require.js';
import { slice } from '../tensor/primitive/slicing.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Initializer, normalInitializer } from './initializer.js';

type Sequence<B extends number, T extends number, W extends number> = Tensor<readonly [B, T, W]>;

export interface PositionParameters<L extends number, W extends number> {
  /** `[length, width]` */
  readonly table: Tensor<readonly [L, W]>;
}

const requireSequence = (operation: string, shape: Shape, length: number, width: number): void => {
  const [, time = 0, last] = shape;
  if (shape.length !== 3 || time > length || last !== width)
    fail({
      operation,
      what: 'the sequence is too long or has the wrong width',
      got: showShape(shape),
      needed: `[batch, up to ${length}, ${width}]`,
    });
};

/**
 * Adds a learned vector for each position: `[batch, time, width]` plus a table `[length, width]`, initially normal with
 * standard deviation 0.02. Throws if a sequence is longer than the table or has another width.
 *
 * @example
 * const model = sequential(embedding(64, 16), learnedPositions(32, 16));
 */
export const learnedPositions = <
  L extends number,
  W extends number,
  B extends number = number,
  T extends number = number,
>(
  length: L,
  width: W,
  { table = normalInitializer(0.02) }: { readonly table?: Initializer } = {},
): Layer<PositionParameters<L, W>, Sequence<B, T, W>, Sequence<B, T, W>> => {
  requireCount('learnedPositions', 'length', length);
  requireCount('learnedPositions', 'width', width);
  requireFunction('learnedPositions', 'table', table);
  return differentiable(
    (key) => ({ table: table(key, [length, width]) }),
    (parameters: PositionParameters<L, W>, x: Sequence<B, T, W>) => {
      requireSequence('learnedPositions', x.shape, length, width);
      const [, time] = x.shape;
      // The last two axes of a sequence: [time, width].
      return add(x, slice(parameters.table, { start: [0, 0], stop: [time, width] }) as Tensor<never>);
    },
  );
};

/**
 * Adds sines and cosines of the position: `[batch, time, width]`, without parameters. Throws if the width is odd.
 *
 * Source: A. Vaswani et al., "Attention is all you need" (arXiv 1706.03762).
 *
 * @example
 * const model = sequential(embedding(64, 16), sinusoidalPositions());
 */
export const sinusoidalPositions = <Lead extends Shape = Shape, W extends number = number>(): Para<
  readonly [],
  Tensor<readonly [...Lead, W]>,
  Tensor<readonly [...Lead, W]>
> =>
  stateless((x) => {
    const [, time, width] = x.shape;
    requireSequence('sinusoidalPositions', x.shape, Number.POSITIVE_INFINITY, width);
    return add(x, sinusoids(time, width) as Tensor<never>);
  });
