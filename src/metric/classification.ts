/** Metrics and scores of classification. */
import { fail, showShape } from '../error.js';
import { add, divide, less, maximum, minimum, multiply, subtract } from '../operation/arithmetic.js';
import { requireIndices } from '../operation/indices.js';
import { keepRows } from '../operation/masking.js';
import { mean, sum } from '../operation/reduce.js';
import { logSoftmax } from '../operation/softmax.js';
import { requireCount, required } from '../require.js';
import { and, equal, not, select } from '../tensor/primitive/comparison.js';
import { fullLike } from '../tensor/primitive/constant.js';
import { cast, check } from '../tensor/primitive/conversion.js';
import { requireKind } from '../tensor/primitive/elementwise.js';
import { argmax } from '../tensor/primitive/extremum.js';
import { iota } from '../tensor/primitive/generation.js';
import { scatterAdd } from '../tensor/primitive/indexing.js';
import { broadcast } from '../tensor/primitive/reduction.js';
import { range, type Scalar, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireLabels } from './accuracy.js';
import { adding, numberOf, type Score, type Statistics } from './metric.js';
import { requireBinaryTargets } from './binary-targets.js';

type Logits = Tensor<readonly [number, number]>;
type Labels = Tensor<readonly [number], 'int32'>;

const requireRows = (operation: string, logits: Tensor<Shape>, labels: Tensor<Shape, 'int32'>): void => {
  requireKind(operation, 'integer', labels.dtype);
  requireLabels(operation, logits.shape, labels.shape);
  if (logits.shape.length !== 2)
    fail({
      operation,
      what: 'the logits have the wrong number of axes',
      got: showShape(logits.shape),
      needed: '[batch, classes]',
    });
};

/**
 * A metric: the share of rows whose label is among the `k` largest logits. Logits are `[batch, classes]`, labels
 * `[batch]`. If several logits tie for the last of the `k` places, the row counts with the probability of a random
 * order: a row of equal logits counts k/classes. A row with a NaN logit or a label out of range counts as wrong. Throws
 * if `k` is not a positive integer, or if there are fewer than `k` classes.
 *
 * @example
 * topKAccuracy(2)(tensor([[3, 2, 1], [3, 2, 1]]), tensor([1, 2], 'int32')); // 0.5
 */
export const topKAccuracy = (k: number): ((logits: Logits, labels: Labels) => Tensor<Scalar>) => {
  requireCount('topKAccuracy', 'k', k);
  return (logits, labels) => {
    requireRows('topKAccuracy', logits, labels);
    const [, classes] = logits.shape;
    requireCount('topKAccuracy', 'k', k, { most: classes });
    const counted = (each: Tensor<Shape, 'bool'>): Tensor<Shape> => sum(cast(each, 'float32'), [1]);
    const chosen = equal(iota(logits.shape, 1), broadcast(labels, logits.shape, [0]));
    const own = broadcast(sum(select(chosen, logits, fullLike(logits, 0)), [1]), logits.shape, [0]);
    const above = counted(less<Shape, 'float32'>(own, logits));
    const ties = counted(equal<Shape, 'float32'>(own, logits));
    // The share of tied logits that fit into the remaining places.
    const share = minimum(divide(maximum(subtract(k, above), 0), maximum(ties, 1)), 1);
    const known = counted(and(chosen, equal(logits, logits)));
    const all = add(known, counted(equal(logits, logits)));
    const sound = equal(all, fullLike(all, classes + 1));
    return mean(select(sound, share, fullLike(share, 0)));
  };
};

/** Returns the predicted classes. Throws while running if a logit is NaN, since such a row has no largest logit. */
const requireNumbers = (logits: Logits, found: Labels): Labels => {
  const whole = sum(
    logits.shape.includes(0) ? fullLike(found, 0) : cast(not(equal(logits, logits)), 'int32'),
  );
  return check(found, equal(whole, fullLike(whole, 0)), whole, {
    operation: 'confusionMatrix',
    what: 'some logits are NaN',
    needed: '0',
    hint: 'train with debug: true to see where they come from',
  });
};

/**
 * A score: the confusion matrix, with a row for each true class and a column for each predicted class. Logits are
 * `[batch, classes]`, labels `[batch]`. Throws while running if a label is out of range or a logit is NaN.
 *
 * @example
 * const score = confusionMatrix(3);
 */
export const confusionMatrix = (classes: number): Score<Logits, Labels, readonly (readonly number[])[]> => {
  requireCount('confusionMatrix', 'classes', classes);
  return {
    ...adding({ counts: range(classes * classes).map(() => 0) }),
    measure: (logits, labels) => {
      requireRows('confusionMatrix', logits, labels);
      const known = requireIndices(labels, classes, {
        operation: 'confusionMatrix',
        what: 'a label is out of range',
        hint: 'labels are class indices that start at 0',
      });
      if (logits.shape[1] !== classes)
        fail({
          operation: 'confusionMatrix',
          what: 'the logits have the wrong number of classes',
          got: showShape(logits.shape),
          needed: `[batch, ${classes}]`,
        });
      const cell = add(multiply(known, classes), requireNumbers(logits, argmax(logits, 1) as Labels));
      return { counts: scatterAdd(cell, fullLike(cast(cell, 'float32'), 1), 0, classes * classes) };
    },
    value: ({ counts = [] }) => range(classes).map((row) => counts.slice(row * classes, (row + 1) * classes)),
  };
};

type Truths<S extends Shape> = Tensor<S>;

/**
 * A score from the counts of binary classification: a logit above 0 predicts the positive class, targets are in [0, 1].
 * Throws while running if a target is not.
 */
const counted =
  (value: (statistics: Statistics) => number) =>
  <S extends Shape>(): Score<Tensor<S>, Truths<S>> => ({
    ...adding({ hits: [0], found: [0], there: [0] }),
    measure: (logits, targets) => {
      const truths = requireBinaryTargets('precision, recall and F1', logits, targets);
      const yes = cast(less<S, 'float32'>(fullLike(logits, 0), logits), 'float32');
      // NaN is neither positive nor negative, and makes the counts NaN.
      const found = select(
        equal<Shape, 'float32'>(logits, logits),
        yes as Tensor<Shape>,
        logits,
      ) as Tensor<S>;
      const total = (each: Tensor<S>): Tensor => sum(each);
      return { hits: total(multiply(found, truths)), found: total(found), there: total(truths) };
    },
    value,
  });

/**
 * Precision: the share of true positives among the predicted positives. Logits and targets (0 or 1) have one shape; a
 * logit above 0 predicts the positive class. NaN if nothing was predicted positive.
 *
 * @example
 * const score = precision();
 */
export const precision = counted((all) => numberOf(all, 'hits') / numberOf(all, 'found'));

/**
 * Recall: the share of true positives among the actual positives. Logits and targets (0 or 1) have one shape; a logit
 * above 0 predicts the positive class. NaN if there are no positives.
 *
 * @example
 * const score = recall();
 */
export const recall = counted((all) => numberOf(all, 'hits') / numberOf(all, 'there'));

/**
 * The F1 score, the harmonic mean of precision and recall: 2·hits/(found + there).
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
 * Perplexity: e to the mean of −ln softmax(z)[label]. Logits are `[…lead, classes]`, labels `[…lead]`; rows with the
 * label `ignore` do not count. Throws if the shapes do not match; while running, if another label is out of range.
 *
 * @example
 * const score = perplexity({ ignore: -1 });
 */
export const perplexity = <Lead extends Shape>({ ignore }: { readonly ignore?: number } = {}): Score<
  Tensor<readonly [...Lead, number]>,
  Tensor<Lead, 'int32'>
> => {
  if (ignore !== undefined) requireCount('perplexity', 'ignore', ignore, { least: -(2 ** 31) });
  return {
    ...adding({ total: [0], count: [0] }),
    measure: (prediction, target) => {
      const labels: Tensor<Shape, 'int32'> = target;
      requireKind('perplexity', 'integer', labels.dtype);
      requireLabels('perplexity', prediction.shape, labels.shape);
      const counts = ignore === undefined ? undefined : not(equal(labels, fullLike(labels, ignore)));
      const logits: Tensor = counts === undefined ? prediction : keepRows(counts, prediction);
      const axis = logits.shape.length - 1;
      const known = requireIndices(
        counts === undefined ? labels : keepRows(counts, labels),
        required(logits.shape[axis], 'the classes'),
        {
          operation: 'perplexity',
          what: 'a label is out of range',
          hint: 'labels are class indices that start at 0',
        },
      );
      const chosen = equal(iota(logits.shape, axis), broadcast(known, logits.shape, range(axis)));
      const each = sum(select(chosen, logSoftmax(logits), fullLike(logits, 0)), [axis]);
      // Ignored rows must add nothing; their replaced label would add ln(classes).
      const [kept, count] =
        counts === undefined ? [each, fullLike(each, 1)] : [keepRows(counts, each), cast(counts, each.dtype)];
      return { total: sum(kept), count: sum(count) };
    },
    value: (all) => Math.exp(-numberOf(all, 'total') / numberOf(all, 'count')),
  };
};
