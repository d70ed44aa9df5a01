/** What a metric is: a number read off predictions and targets, beside the loss. */
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A number of a batch's predictions and targets; it is not differentiated. */
export type Metric<B, L> = (prediction: B, target: L) => Tensor<Scalar>;
