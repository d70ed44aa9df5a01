/** Weights and masks for the rows of a loss. */
import { fail, showShape } from '../error.js';
import { keepRowsOfTree } from '../operation/masking.js';
import { cast } from '../tensor/primitive/conversion.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { range, sameShape } from '../tensor/shape.js';
import { type Loss, meanOfCounted, type Weighted } from './loss.js';

/**
 * The weighted mean Σ w·l/Σ w over the rows of a loss. Rows of weight 0 are ignored, even if they are NaN or infinite,
 * and have no gradient: predictions and targets with the leading axes of the weights are replaced by 0 there. If all
 * weights are 0, the loss is 0. Throws if the loss is not a mean over rows, or if the shape of the weights does not
 * match the rows.
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
        what: 'the loss is not a mean over rows',
        needed: 'a loss made with meanOf',
        hint: 'multiply by the weights inside of your own loss',
      });
    const lead = weight.shape.length;
    if (!sameShape(weight.shape, rows.shape.slice(0, lead)))
      fail({
        operation: 'weighted',
        what: 'the shape of the weights does not match the rows',
        got: `${showShape(weight.shape)} for ${showShape(rows.shape)}`,
        needed: 'the leading axes of the rows',
      });
    return { rows, weights: broadcast(cast(weight, rows.dtype), rows.shape, range(lead)) };
  });
