/** Cross-entropy of logits: the softmax or sigmoid is inside, where it is stable. */
import { fail, showShape } from '../error.js';
import { add, multiply, subtract } from '../operation/arithmetic.js';
import { requireIndices } from '../operation/indices.js';
import { keepRows } from '../operation/masking.js';
import { mean } from '../operation/reduce.js';
import { softplus } from '../operation/activation.js';
import { logSoftmax } from '../operation/softmax.js';
import { requireCount, required, requireNumber } from '../require.js';
import { negate } from '../tensor/primitive/arithmetic.js';
import { and, equal, not, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { requireKind, requireSame } from '../tensor/primitive/elementwise.js';
import { log } from '../tensor/primitive/exponential.js';
import { abs } from '../tensor/primitive/magnitude.js';
import { iota } from '../tensor/primitive/generation.js';
import { broadcast, sum } from '../tensor/primitive/reduction.js';
import { range, sameShape, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { type EntrywiseLoss, type Loss, meanOf, meanOfCounted } from './loss.js';

export interface SmoothingOptions {
  /**
   * The share of each target that is spread over all classes alike; 0 unless given.
   * Source: C. Szegedy et al., "Rethinking the Inception architecture" (arXiv 1512.00567).
   */
  readonly smoothing?: number;
}

/** The cost of what has a share; 0 where it is infinite and the share is 0: 0·∞ is 0 here, as it is in the limit. */
const finiteWhereUnused = (share: Tensor, cost: Tensor): Tensor => {
  const zero = fullLike(cost, 0);
  const infinite = equal(abs(cost), fullLike(cost, Number.POSITIVE_INFINITY));
  return select(and(infinite, equal(share, zero)), zero, cost);
};

/**
 * Mean over the batch of −Σ t·ln softmax(z): logits `[…lead, classes]` against probabilities of the same
 * shape. Throws if the shapes differ.
 *
 * @example
 * learner({ model, loss: softmaxCrossEntropy(), update: adam() });
 */
export const softmaxCrossEntropy = <S extends Shape>({ smoothing = 0 }: SmoothingOptions = {}): EntrywiseLoss<
  Tensor<S>
> => {
  requireNumber('softmaxCrossEntropy', 'smoothing', smoothing, '[0, 1]');
  return meanOf((logits, targets) => {
    requireSame('softmaxCrossEntropy', logits, targets);
    const classes = Math.max(1, logits.shape.at(-1) ?? 1);
    const probabilities =
      smoothing === 0 ? targets : add(multiply(targets, 1 - smoothing), smoothing / classes);
    // A class that cannot be (z = −∞) and is not (t = 0) adds nothing.
    const known = finiteWhereUnused(probabilities, logSoftmax(logits));
    return negate(sum(multiply(probabilities, known), [logits.shape.length - 1]));
  });
};

export interface SparseOptions extends SmoothingOptions {
  /** A label whose rows do not count, such as that of padding. */
  readonly ignore?: number;
}

/**
 * Mean over the batch of −ln softmax(z)[label]: logits `[…lead, classes]` against integer labels `[…lead]`.
 * Rows whose label is `ignore` count neither in the sum nor in the number, whatever their logits are. Throws if the
 * shapes do not fit; when it runs, where a label is out of range.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: rmsprop() });
 */
export const sparseSoftmaxCrossEntropy = <Lead extends Shape = readonly [number]>({
  smoothing = 0,
  ignore,
}: SparseOptions = {}): Loss<Tensor<readonly [...Lead, number]>, Tensor<Lead, 'int32'>> => {
  requireNumber('sparseSoftmaxCrossEntropy', 'smoothing', smoothing, '[0, 1]');
  if (ignore !== undefined)
    requireCount('sparseSoftmaxCrossEntropy', 'ignore', ignore, { least: -(2 ** 31) });
  const rows = (prediction: Tensor<readonly [...Lead, number]>, target: Tensor<Lead, 'int32'>): Tensor => {
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
    const labels = requireIndices(target, required(logits.shape[axis], 'the classes'), {
      operation: 'sparseSoftmaxCrossEntropy',
      what: 'a label out of range',
      hint: 'labels are indices of classes; count them from 0',
    });
    const chosen = equal(
      cast(iota(logits.shape, axis), labels.dtype),
      broadcast(labels, logits.shape, range(axis)),
    );
    const logarithms = logSoftmax(logits);
    const label = sum(select(chosen, logarithms, fullLike(logits, 0)), [axis]);
    if (smoothing === 0) return negate(label);
    const all = multiply(mean(logarithms, [axis]), smoothing);
    return negate(smoothing === 1 ? all : add(multiply(label, 1 - smoothing), all));
  };
  if (ignore === undefined) return meanOf(rows);
  return meanOfCounted((prediction, target) => {
    const counts: Tensor<Shape, 'bool'> = not(equal(target, fullLike(target, ignore)));
    const each = rows(keepRows(counts, prediction), keepRows(counts, target));
    return { rows: each, weights: cast(counts, each.dtype) };
  });
};

/**
 * Mean over all elements of t·softplus(−z) + (1 − t)·softplus(z): logits against targets from 0 to 1 of the same shape.
 * Written so, and not as softplus(z) − t·z, it keeps its digits where it is nearly 0.
 *
 * @example
 * learner({ model: dense(2, 1), loss: binaryCrossEntropy(), update: sgd() });
 */
export const binaryCrossEntropy = <S extends Shape>(): EntrywiseLoss<Tensor<S>> =>
  meanOf((logits, targets) => {
    requireSame('binaryCrossEntropy', logits, targets);
    const share = (of: Tensor, cost: Tensor): Tensor => multiply(of, finiteWhereUnused(of, cost));
    const others = subtract(fullLike(targets, 1), targets);
    return add(share(targets, softplus(negate(logits))), share(others, softplus(logits)));
  });

/**
 * Mean over the batch of Σ t·(ln t − ln softmax(z)), the divergence of what is predicted from the targets: logits
 * `[…lead, classes]` against probabilities of the same shape. Throws if the shapes differ.
 *
 * Source: S. Kullback, R. Leibler, "On information and sufficiency" (1951).
 *
 * @example
 * learner({ model, loss: klDivergence(), update: adam() });
 */
export const klDivergence = <S extends Shape>(): EntrywiseLoss<Tensor<S>> =>
  meanOf((logits, probabilities) => {
    requireSame('klDivergence', logits, probabilities);
    const [zero, one] = [fullLike(probabilities, 0), fullLike(probabilities, 1)];
    const nothing = equal(probabilities, zero);
    // 0·ln 0 = 0, and of 0 no logarithm is taken.
    const entropy = multiply(probabilities, log(select(nothing, one, probabilities)));
    const logarithms = select(nothing, zero, logSoftmax(logits));
    return sum(subtract(entropy, multiply(probabilities, logarithms)), [logits.shape.length - 1]);
  });
