/** What a loss is: a lens from prediction and target to one number. */
import type { SimpleLens } from '../lens/lens.js';
import { differentiate } from '../lens/differentiable.js';
import { mean } from '../operation/reduce.js';
import type { Scalar } from '../tensor/shape.js';
import type { Weighted } from './weighted.js';
import type { Tensor } from '../tensor/tensor.js';

/** A loss of predictions `B` against targets `L`: the mean over the batch. */
export interface Loss<B, L> extends SimpleLens<readonly [prediction: B, target: L], Tensor<Scalar>> {
  /** What it is the mean of, where it is one: a number for each row, or for each element. */
  readonly rows?: { rows(prediction: B, target: L): Tensor }['rows'] | undefined;
}

declare const likePrediction: unique symbol;

/** A target of the type of the prediction: in a learner, of what its model gives. No value has the mark. */
export type LikePrediction<T> = T & { readonly [likePrediction]?: never };

/** A loss whose target is like the prediction, entry by entry. */
export type EntrywiseLoss<T> = Loss<T, LikePrediction<T>>;

/** The targets that a loss takes of predictions `B`: where it wants them like those, they are. */
export type TargetOf<B, L> =
  L extends Weighted<infer T> ? Weighted<TargetOf<B, T>> : typeof likePrediction extends keyof L ? B : L;

/**
 * The loss of a function over tensors, its backward derived.
 *
 * @example
 * const absoluteError = loss((y: Tensor, t: Tensor) => mean(abs(subtract(y, t))));
 */
export const loss = <B, L>(f: (prediction: B, target: L) => Tensor<Scalar>): Loss<B, L> =>
  differentiate(([prediction, target]) => f(prediction, target));

/**
 * The mean of what a function gives for each row or each element; `weighted` may weigh them.
 *
 * @example
 * const absoluteError = meanOf((y: Tensor, t: Tensor) => abs(subtract(y, t)));
 */
export const meanOf = <B, L>(rows: (prediction: B, target: L) => Tensor): Loss<B, L> => ({
  ...loss((prediction: B, target: L) => mean(rows(prediction, target))),
  rows,
});
