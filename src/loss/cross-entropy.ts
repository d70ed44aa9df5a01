/** Cross-entropy losses of logits. They contain the softmax or sigmoid, in a numerically stable form. */
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
   * Label smoothing: the share of each target that is spread evenly over all classes; default: 0. Source: C. Szegedy et
   * al., "Rethinking the Inception architecture" (arXiv 1512.00567).
   */
  readonly smoothing?: number;
}

/** share·cost with 0·∞ = 0, as in the limit: the cost is 0 where it is infinite and the share is 0. */
const finiteWhereUnused = (share: Tensor, cost: Tensor): Tensor => {
  const zero = fullLike(cost, 0);
  const infinite = equal(abs(cost), fullLike(cost, Number.POSITIVE_INFINITY));
  return select(and(infinite, equal(share, zero)), zero, cost);
};

/**
 * Softmax cross-entropy with probabilities as targets: the mean over the batch of −Σ t·ln softmax(z). Logits and
 * targets are `[…lead, classes]`. Throws if the shapes differ.
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
    // A class with z = −∞ and t = 0 adds nothing.
    const known = finiteWhereUnused(probabilities, logSoftmax(logits));
    return negate(sum(multiply(probabilities, known), [logits.shape.length - 1]));
  });
};

export interface SparseOptions extends SmoothingOptions {
  /** The label of rows that do not count, such as padding. */
  readonly ignore?: number;
}

/**
 * Softmax cross-entropy with class indices as targets: the mean over the batch of −ln softmax(z)[label]. Logits are
 * `[…lead, classes]`, labels int32 or uint32 `[…lead]`. Rows with the label `ignore` do not count in the mean. Throws
 * if the shapes do not match; while running, if a label is out of range.
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
        what: 'the shapes of logits and labels do not match',
        got: `${showShape(logits.shape)} and ${showShape(target.shape)}`,
        needed: '[…lead, classes] and […lead]',
        hint: 'one label for each row of logits',
      });
    const axis = lead.length;
    const labels = requireIndices(target, required(logits.shape[axis], 'the classes'), {
      operation: 'sparseSoftmaxCrossEntropy',
      what: 'a label is out of range',
      hint: 'labels are class indices that start at 0',
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
 * Binary cross-entropy of logits: the mean over all elements of t·softplus(−z) + (1 − t)·softplus(z). Targets are in
 * [0, 1] and have the shape of the logits. This form is more precise near 0 than softplus(z) − t·z.
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
 * Kullback–Leibler divergence of the targets from the predictions: the mean over the batch of Σ t·(ln t − ln
 * softmax(z)). Logits and target probabilities are `[…lead, classes]`. Throws if the shapes differ.
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
    // 0·ln 0 = 0, without taking the logarithm of 0.
    const entropy = multiply(probabilities, log(select(nothing, one, probabilities)));
    const logarithms = select(nothing, zero, logSoftmax(logits));
    return sum(subtract(entropy, multiply(probabilities, logarithms)), [logits.shape.length - 1]);
  });
