/** Accuracy: the share of right answers. */
import { mean } from '../operation/reduce.js';
import { argmax } from '../tensor/primitive/extremum.js';
import { equal } from '../tensor/primitive/comparison.js';
import { cast } from '../tensor/primitive/conversion.js';
import { requireKind } from '../tensor/primitive/elementwise.js';
import type { Scalar, Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The share of rows whose largest logit is that of the label: `[…lead, classes]` against `[…lead]`.
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
  const found = argmax(logits, shape.length - 1);
  return mean(cast(equal<Shape, 'int32'>(found, labels), 'float32'));
};
