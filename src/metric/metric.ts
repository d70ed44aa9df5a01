/** What a metric is: a number read off predictions and targets, beside the loss. */
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A number of a batch's predictions and targets; it is not differentiated. */
export interface Metric<B, L> {
  (prediction: B, target: L): Tensor<Scalar>;
  /** How much it counts beside those of other batches: as many as its examples, if nothing is said. */
  readonly weight?: (prediction: B, target: L) => Tensor<Scalar>;
}
