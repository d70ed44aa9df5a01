/** Scores of classification: what was found of what there is, class by class. */
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
      what: 'logits of another rank',
      got: showShape(logits.shape),
      needed: '[batch, classes]',
    });
};

/**
 * A metric: the share of rows whose label is among the `k` largest logits, `[batch, classes]` against `[batch]`. Logits
 * that tie over the last of the `k` places are in any order as likely, so that a row of equal logits counts k/classes.
 * A row with a NaN, or whose label is no class, is wrong. Throws if `k` is not a positive integer, and if there are
 * less than `k` classes.
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
    // Of the places up to the k-th so many are left to those that tie.
    const share = minimum(divide(maximum(subtract(k, above), 0), maximum(ties, 1)), 1);
    const known = counted(and(chosen, equal(logits, logits)));
    const all = add(known, counted(equal(logits, logits)));
    const sound = equal(all, fullLike(all, classes + 1));
    return mean(select(sound, share, fullLike(share, 0)));
  };
};

/** The classes found, once it is known that no logit is NaN: of such a row no class is the largest. */
const requireNumbers = (logits: Logits, found: Labels): Labels => {
  const whole = sum(
    logits.shape.includes(0) ? fullLike(found, 0) : cast(not(equal(logits, logits)), 'int32'),
  );
  return check(found, equal(whole, fullLike(whole, 0)), whole, {
    operation: 'confusionMatrix',
    what: 'logits that are NaN',
    needed: '0 of them',
    hint: 'train with debug: true to see where they come from',
  });
};

/**
 * How often each class was taken for each: a row for what is, a column for what was predicted; logits
 * `[batch, classes]` against labels `[batch]`. Throws, when it runs, if a label is out of range or a logit is NaN.
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
        what: 'a label out of range',
        hint: 'labels are indices of classes; count them from 0',
      });
      if (logits.shape[1] !== classes)
        fail({
          operation: 'confusionMatrix',
          what: 'another number of classes',
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

/** Counts of a yes or no: logits above 0 are a yes, targets are 0 or 1. Throws, when it runs, if a target is not. */
const counted =
  (value: (statistics: Statistics) => number) =>
  <S extends Shape>(): Score<Tensor<S>, Truths<S>> => ({
    ...adding({ hits: [0], found: [0], there: [0] }),
    measure: (logits, targets) => {
      const truths = requireBinaryTargets('precision, recall and F1', logits, targets);
      const yes = cast(less<S, 'float32'>(fullLike(logits, 0), logits), 'float32');
      // Of NaN it is neither, and so of all that it is part of.
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
 * e to the mean of −ln p of what came: logits `[…lead, classes]` against labels `[…lead]`; labels that are `ignore` do
 * not count. Throws if shapes do not fit; when it runs, if another label is out of range.
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
          what: 'a label out of range',
          hint: 'labels are indices of classes; count them from 0',
        },
      );
      const chosen = equal(iota(logits.shape, axis), broadcast(known, logits.shape, range(axis)));
      const each = sum(select(chosen, logSoftmax(logits), fullLike(logits, 0)), [axis]);
      // What is ignored adds nothing: of logits of 0 the first label would.
      const [kept, count] =
        counts === undefined ? [each, fullLike(each, 1)] : [keepRows(counts, each), cast(counts, each.dtype)];
      return { total: sum(kept), count: sum(count) };
    },
    value: (all) => Math.exp(-numberOf(all, 'total') / numberOf(all, 'count')),
  };
};
