/** What a loss is: a lens from prediction and target to one number. */
import type { SimpleLens } from '../lens/lens.js';
import { differentiate } from '../lens/differentiable.js';
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A loss of predictions `B` against targets `L`: the mean over the batch. */
export type Loss<B, L> = SimpleLens<readonly [prediction: B, target: L], Tensor<Scalar>>;

/**
 * The loss of a function over tensors, its backward derived.
 *
 * @example
 * const absoluteError = loss((y: Tensor, t: Tensor) => mean(abs(subtract(y, t))));
 */
export const loss = <B, L>(f: (prediction: B, target: L) => Tensor<Scalar>): Loss<B, L> =>
  differentiate(([prediction, target]) => f(prediction, target));
