/** Accuracy: the share of correct predictions. */
import { fail, showShape } from '../error.js';
import { max, mean } from '../operation/reduce.js';
import { argmax } from '../tensor/primitive/extremum.js';
import { and, equal } from '../tensor/primitive/comparison.js';
import { cast } from '../tensor/primitive/conversion.js';
import { requireKind } from '../tensor/primitive/elementwise.js';
import { sameShape, type Scalar, type Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** Throws unless there is one label for each row of logits. */
export const requireLabels = (operation: string, logits: Shape, labels: Shape): void => {
  const lead = logits.slice(0, -1);
  if (logits.length > 0 && sameShape(lead, labels)) return;
  fail({
    operation,
    what: 'the shapes of logits and labels do not match',
    got: `${showShape(logits)} and ${showShape(labels)}`,
    needed: '[…lead, classes] and […lead]',
    hint: sameShape(labels, [...lead, 1])
      ? `reshape the labels to ${showShape(lead)}`
      : 'one label for each row of logits',
  });
};

/**
 * A metric: the share of rows whose largest logit is that of the label. Logits are `[…lead, classes]`, labels int32 or
 * uint32 `[…lead]`. Of equal logits the first is the prediction. A row with a NaN logit or a label out of range counts
 * as wrong. Throws if the shapes do not match.
 *
 * @example
 * accuracy(tensor([[1, 2], [3, 0]]), tensor([1, 1], 'int32')); // 0.5
 */
export const accuracy = <Lead extends Shape>(
  logits: Tensor<readonly [...Lead, number]>,
  labels: Tensor<Lead, 'int32'>,
): Tensor<Scalar> => {
  const shape: Shape = logits.shape;
  requireKind('accuracy', 'integer', labels.dtype);
  requireLabels('accuracy', shape, labels.shape);
  const axis = shape.length - 1;
  const right = equal<Shape, 'int32'>(argmax(logits, axis), labels);
  // The maximum of a row with a NaN is NaN, which equals nothing.
  const plain: Tensor = logits;
  const largest = max(plain, [axis]);
  return mean(cast(and(right, equal(largest, largest)), 'float32'));
};
