/** Weights and masks: some rows of a batch count for more than others, or for nothing. */
import { fail, showShape } from '../error.js';
import { keepRowsOfTree } from '../operation/masking.js';
import { cast } from '../tensor/primitive/conversion.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { range, sameShape } from '../tensor/shape.js';
import { type Loss, meanOfCounted, type Weighted } from './loss.js';

/**
 * Σ w·l/Σ w over the rows of a loss: the mean over what counts. What has weight 0 has no part in it and no gradient,
 * whatever stands there, NaN and infinity included: predictions and targets whose first axes are those of the weights
 * are taken as 0 there. Where nothing counts the loss is 0. Throws if the loss is not a mean of rows, or if weights do
 * not fit them.
 *
 * @example
 * learner({ model, loss: weighted(sparseSoftmaxCrossEntropy()), update: adam() });
 */
export const weighted = <B, L>(of: Loss<B, L>): Loss<B, Weighted<L>> =>
  meanOfCounted((prediction, { target, weight }) => {
    const counts = cast(weight, 'bool');
    const rows =
      of.rows?.(keepRowsOfTree(counts, prediction), keepRowsOfTree(counts, target)) ??
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
    return { rows, weights: broadcast(cast(weight, rows.dtype), rows.shape, range(lead)) };
  });
