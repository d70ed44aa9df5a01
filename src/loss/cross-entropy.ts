/** Cross-entropy of logits: the softmax or logistic is inside, where it is stable. */
import { fail, showShape } from '../error.js';
import { multiply, subtract } from '../operation/arithmetic.js';
import { requireIndices } from '../operation/indices.js';
import { mean } from '../operation/reduce.js';
import { softplus } from '../operation/activation.js';
import { logSoftmax } from '../operation/softmax.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { and, equal, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { requireKind, requireSame } from '../tensor/primitive/elementwise.js';
import { iota } from '../tensor/primitive/generation.js';
import { broadcast, sum } from '../tensor/primitive/reduction.js';
import { range, sameShape, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { loss, type Loss } from './loss.js';

/**
 * Mean over the batch of −Σ t·ln softmax(z): logits `[…lead, classes]` against probabilities of the same
 * shape. Throws where the shapes differ.
 *
 * @example
 * learner({ model, loss: softmaxCrossEntropy(), update: adam() });
 */
export const softmaxCrossEntropy = <S extends Shape>(): Loss<Tensor<S>, Tensor<S>> =>
  loss((logits, probabilities) => {
    requireSame('softmaxCrossEntropy', logits, probabilities);
    const logarithms = logSoftmax(logits);
    const zero = fullLike(probabilities, 0);
    // A class that cannot be (z = −∞) and is not (t = 0) adds nothing: 0·(−∞) is not asked for.
    const impossible = equal(logarithms, fullLike(logarithms, Number.NEGATIVE_INFINITY));
    const known = select(and(impossible, equal(probabilities, zero)), zero, logarithms);
    const counted = multiply(probabilities, known);
    return negate(mean(sum(counted, [logits.shape.length - 1])));
  });

/**
 * Mean over the batch of −ln softmax(z)[label]: logits `[…lead, classes]` against integer labels `[…lead]`.
 * Throws where the shapes do not fit; when it runs, where a label is out of range.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: rmsprop() });
 */
export const sparseSoftmaxCrossEntropy = <Lead extends Shape = readonly [number]>(): Loss<
  Tensor<readonly [...Lead, number]>,
  Tensor<Lead, 'int32'>
> =>
  loss((prediction, target) => {
    const logits: Tensor = prediction;
    requireKind('sparseSoftmaxCrossEntropy', 'integer', target.dtype);
    const lead = logits.shape.slice(0, -1);
    if (logits.shape.length === 0 || !sameShape(lead, target.shape))
      fail({
        operation: 'sparseSoftmaxCrossEntropy',
        what: 'logits and labels do not fit',
        got: `${showShape(logits.shape)} and ${showShape(target.shape)}`,
        needed: '[…lead, classes] and […lead]',
        hint: 'one label for each row of logits',
      });
    const axis = lead.length;
    const labels = requireIndices(target, logits.shape[axis] ?? 0, {
      operation: 'sparseSoftmaxCrossEntropy',
      what: 'a label out of range',
      hint: 'labels are indices of classes; count them from 0',
    });
    const chosen = equal(
      cast(iota(logits.shape, axis), labels.dtype),
      broadcast(labels, logits.shape, range(axis)),
    );
    const logarithms = logSoftmax(logits);
    return negate(mean(sum(select(chosen, logarithms, fullLike(logits, 0)), [axis])));
  });

/**
 * Mean over all elements of softplus(z) − t·z: logits against targets from 0 to 1 of the same shape.
 *
 * @example
 * learner({ model: dense(2, 1), loss: binaryCrossEntropy(), update: sgd() });
 */
export const binaryCrossEntropy = <S extends Shape>(): Loss<Tensor<S>, Tensor<S>> =>
  loss((logits, targets) => {
    requireSame('binaryCrossEntropy', logits, targets);
    return mean(subtract(softplus(logits), multiply(targets, logits)));
  });
