/** Weights and masks: some rows of a batch count for more than others, or for nothing. */
import { fail, showShape } from '../error.js';
import { divide, equal, multiply } from '../operation/arithmetic.js';
import { sum } from '../operation/reduce.js';
import { select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { range, sameShape, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { loss, type Loss } from './loss.js';

/** Targets, and how much each row counts: `[batch]`, or more of the first axes of the rows; a mask counts 0 or 1. */
export interface Weighted<L> {
  readonly target: L;
  readonly weight: Tensor<Shape, 'float32' | 'bool'>;
}

/**
 * Σ w·l/Σ w over the rows of a loss: the mean over what counts. What has weight 0 has no part in it and no gradient;
 * where nothing counts the loss is 0. Throws where the loss is not a mean of rows, or weights do not fit them.
 *
 * @example
 * learner({ model, loss: weighted(sparseSoftmaxCrossEntropy()), update: adam() });
 */
export const weighted = <B, L>(of: Loss<B, L>): Loss<B, Weighted<L>> =>
  loss((prediction, { target, weight }) => {
    const rows =
      of.rows?.(prediction, target) ??
      fail({
        operation: 'weighted',
        what: 'a loss that is no mean of rows',
        needed: 'a loss made by meanOf',
        hint: 'give weights to the function of the loss itself',
      });
    const lead = weight.shape.length;
    if (!sameShape(weight.shape, rows.shape.slice(0, lead)))
      fail({
        operation: 'weighted',
        what: 'weights that do not fit the rows',
        got: `${showShape(weight.shape)} for ${showShape(rows.shape)}`,
        needed: 'the first axes of the rows',
      });
    const all = range(rows.shape.length);
    const spread = broadcast(cast(weight, rows.dtype), rows.shape, range(lead));
    const total = sum(spread, all);
    const nothing = equal(total, fullLike(total, 0));
    return divide(sum(multiply(spread, rows), all), select(nothing, fullLike(total, 1), total)) as Tensor<
      readonly []
    >;
  });
