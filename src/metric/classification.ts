/** Scores of classification: what was found of what there is, class by class. */
import { fail, showShape } from '../error.js';
import { add, less, multiply, subtract } from '../operation/arithmetic.js';
import { requireIndices } from '../operation/indices.js';
import { mean, sum } from '../operation/reduce.js';
import { argmax } from '../tensor/primitive/extremum.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast } from '../tensor/primitive/conversion.js';
import { requireKind, requireSame } from '../tensor/primitive/elementwise.js';
import { equal, select } from '../tensor/primitive/comparison.js';
import { iota } from '../tensor/primitive/generation.js';
import { scatterAdd } from '../tensor/primitive/indexing.js';
import { floor } from '../tensor/primitive/magnitude.js';
import { reshape } from '../tensor/primitive/movement.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { logistic } from '../tensor/primitive/sigmoid.js';
import { range, type Scalar, type Shape, sizeOf } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { minimum } from '../operation/arithmetic.js';
import { logSoftmax } from '../operation/softmax.js';
import { adding, numberOf, type Score, type Statistics } from './score.js';

type Logits = Tensor<readonly [number, number]>;
type Labels = Tensor<readonly [number], 'int32'>;

const requireRows = (operation: string, logits: Tensor<Shape>, labels: Tensor<Shape, 'int32'>): void => {
  requireKind(operation, 'integer', labels.dtype);
  if (logits.shape.length !== 2 || labels.shape.length !== 1 || logits.shape[0] !== labels.shape[0])
    fail({
      operation,
      what: 'logits and labels do not fit',
      got: `${showShape(logits.shape)} and ${showShape(labels.shape)}`,
      needed: '[batch, classes] and [batch]',
    });
};

/** Of each row the logit of its label, along the row. */
const ofLabel = (logits: Logits, labels: Labels): Tensor<Shape> => {
  const chosen = equal(iota(logits.shape, 1), broadcast(labels, logits.shape, [0]));
  return sum(select(chosen, logits, fullLike(logits, 0)), [1]);
};

/**
 * A metric: the share of rows whose label is among the `k` largest logits, `[batch, classes]` against `[batch]`. Throws
 * where there are less than `k` classes.
 *
 * @example
 * topKAccuracy(2)(tensor([[3, 2, 1], [3, 2, 1]]), tensor([1, 2], 'int32')); // 0.5
 */
export const topKAccuracy =
  (k: number) =>
  (logits: Logits, labels: Labels): Tensor<Scalar> => {
    requireRows('topKAccuracy', logits, labels);
    const [, classes] = logits.shape;
    if (!(Number.isInteger(k) && k >= 1 && k <= classes))
      fail({
        operation: 'topKAccuracy',
        what: 'no number of classes',
        got: String(k),
        needed: `a whole number from 1 to ${classes}`,
      });
    const own = broadcast(ofLabel(logits, labels), logits.shape, [0]);
    const above = sum(cast(less<Shape, 'float32'>(own, logits), 'float32'), [1]);
    return mean(cast(less(above, k), 'float32'));
  };

/**
 * How often each class was taken for each: a row for what is, a column for what was predicted; logits
 * `[batch, classes]` against labels `[batch]`. Throws, when it runs, where a label is out of range.
 *
 * @example
 * const score = confusionMatrix(3);
 */
export const confusionMatrix = (classes: number): Score<Logits, Labels, readonly (readonly number[])[]> => ({
  ...adding({ counts: range(classes * classes).map(() => 0) }),
  measure: (logits, labels) => {
    requireRows('confusionMatrix', logits, labels);
    const known = requireIndices(labels, classes, {
      operation: 'confusionMatrix',
      what: 'a label out of range',
      hint: 'labels are indices of classes; count them from 0',
    });
    const cell = add(multiply(known, classes), argmax(logits, 1) as Labels);
    return { counts: scatterAdd(cell, fullLike(cast(cell, 'float32'), 1), 0, classes * classes) };
  },
  value: ({ counts = [] }) => range(classes).map((row) => counts.slice(row * classes, (row + 1) * classes)),
});

type Truths<S extends Shape> = Tensor<S>;

/** Counts of a yes or no: logits above 0 are a yes, targets are 0 or 1. */
const counted =
  (value: (statistics: Statistics) => number) =>
  <S extends Shape>(): Score<Tensor<S>, Truths<S>> => ({
    ...adding({ hits: [0], found: [0], there: [0] }),
    measure: (logits, targets) => {
      requireSame('precision, recall and F1', logits, targets);
      const found = cast(less<S, 'float32'>(fullLike(logits, 0), logits), 'float32');
      const total = (each: Tensor<S>): Tensor => sum(each);
      return { hits: total(multiply(found, targets)), found: total(found), there: total(targets) };
    },
    value,
  });

/**
 * Of what was predicted to be so, the share that is: logits against 0 and 1 of one shape, a yes above 0. NaN where
 * nothing was predicted to be so.
 *
 * @example
 * const score = precision();
 */
export const precision = counted((all) => numberOf(all, 'hits') / numberOf(all, 'found'));

/**
 * Of what is so, the share that was predicted: logits against 0 and 1 of one shape, a yes above 0. NaN where nothing is
 * so.
 *
 * @example
 * const score = recall();
 */
export const recall = counted((all) => numberOf(all, 'hits') / numberOf(all, 'there'));

/**
 * The harmonic mean of precision and recall: 2·hits/(found + there).
 *
 * Source: C. van Rijsbergen, "Information retrieval" (1979).
 *
 * @example
 * const score = f1();
 */
export const f1 = counted(
  (all) => (2 * numberOf(all, 'hits')) / (numberOf(all, 'found') + numberOf(all, 'there')),
);

/**
 * The probability that what is so has a larger logit than what is not, the area under the curve of true against false
 * positives: logits against 0 and 1 of one shape. Logits are counted in `bins` by their logistic, so that memory is
 * bounded: it is off by at most half the share of pairs that fall into one bin. NaN where one kind is missing.
 *
 * Source: J. Hanley, B. McNeil, "The meaning and use of the area under a receiver operating characteristic curve" (1982).
 *
 * @example
 * const score = rocAuc();
 */
export const rocAuc = <S extends Shape>(bins = 1024): Score<Tensor<S>, Truths<S>> => ({
  ...adding({ positive: range(bins).map(() => 0), negative: range(bins).map(() => 0) }),
  measure: (logits, targets) => {
    requireSame('rocAuc', logits, targets);
    const flat = (each: Tensor<S>): Tensor => reshape(each, [sizeOf(each.shape)]);
    const scaled = minimum(floor(multiply(logistic(flat(logits)), bins)), bins - 1);
    const truth = flat(targets);
    const histogram = (weight: Tensor): Tensor => scatterAdd(cast(scaled, 'int32'), weight, 0, bins);
    return { positive: histogram(truth), negative: histogram(subtract(fullLike(truth, 1), truth)) };
  },
  value: ({ positive = [], negative = [] }) => {
    let [below, pairs] = [0, 0];
    for (const [i, count] of positive.entries()) {
      // Of one bin each order is as likely.
      pairs += count * (below + (negative[i] ?? 0) / 2);
      below += negative[i] ?? 0;
    }
    return pairs / (below * positive.reduce((sum_, count) => sum_ + count, 0));
  },
});

/**
 * e to the mean of −ln p of what came: logits `[…lead, classes]` against labels `[…lead]`; labels that are `ignore` do
 * not count.
 *
 * @example
 * const score = perplexity({ ignore: -1 });
 */
export const perplexity = <Lead extends Shape>({ ignore }: { readonly ignore?: number } = {}): Score<
  Tensor<readonly [...Lead, number]>,
  Tensor<Lead, 'int32'>
> => ({
  ...adding({ total: [0], count: [0] }),
  measure: (prediction, target) => {
    const logits: Tensor = prediction;
    const labels: Tensor<Shape, 'int32'> = target;
    const axis = logits.shape.length - 1;
    const chosen = equal(iota(logits.shape, axis), broadcast(labels, logits.shape, range(axis)));
    const each = sum(select(chosen, logSoftmax(logits), fullLike(logits, 0)), [axis]);
    const [zero, one] = [fullLike(each, 0), fullLike(each, 1)];
    const ignored = ignore === undefined ? undefined : equal(labels, fullLike(labels, ignore));
    const counts = ignored === undefined ? one : select(ignored, zero, one);
    return { total: sum(multiply(each, counts)), count: sum(counts) };
  },
  value: (all) => Math.exp(-numberOf(all, 'total') / numberOf(all, 'count')),
});
