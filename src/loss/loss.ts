/** Losses: lenses from prediction and target to one number. */
import type { SimpleLens } from '../lens/lens.js';
import { differentiate } from '../lens/differentiable.js';
import { divide, multiply } from '../operation/arithmetic.js';
import { mean, sum } from '../operation/reduce.js';
import { equal, not, select } from '../tensor/primitive/comparison.js';
import { fullLike, scalar } from '../tensor/primitive/constant.js';
import type { Scalar, Shape } from '../tensor/shape.js';
import type { AnyTensor, Tensor } from '../tensor/tensor.js';
import { leaves } from '../tree/tree.js';

/** A loss of predictions `B` against targets `L`: the mean over the batch. */
export interface Loss<B, L> extends SimpleLens<readonly [prediction: B, target: L], Tensor<Scalar>> {
  /** If the loss is a mean: the tensor that it is the mean of, one number for each row or each element. */
  readonly rows?: { rows(prediction: B, target: L): Tensor }['rows'] | undefined;
  /** The weight of the mean when batches are averaged; default: the number of examples. */
  readonly weight?: { weight(prediction: B, target: L): Tensor<Scalar> }['weight'] | undefined;
}

/** Targets with a weight for each row: `[batch]`, or more of the leading axes of the rows. A mask counts as 0 or 1. */
export interface Weighted<L> {
  readonly target: L;
  readonly weight: Tensor<Shape, 'float32' | 'bool'>;
}

declare const likePrediction: unique symbol;

/**
 * A target of the same type as the prediction: in a learner, the type of the model's result. The mark exists only in
 * the type.
 */
export type LikePrediction<T> = T & { readonly [likePrediction]?: never };

/** A loss whose target has the type and shape of the prediction. */
export type EntrywiseLoss<T> = Loss<T, LikePrediction<T>>;

/** The targets of a loss for predictions `B`: `B` itself if the loss takes targets like the prediction. */
export type TargetOf<B, L> =
  L extends Weighted<infer T> ? Weighted<TargetOf<B, T>> : typeof likePrediction extends keyof L ? B : L;

/** The weight of a batch when means are averaged: `loss.weight`, or else the number of examples. */
export const weightOf = <B, L>(
  of: { readonly weight?: ((prediction: B, target: L) => Tensor<Scalar>) | undefined },
  prediction: B,
  target: L,
): Tensor<Scalar> =>
  of.weight?.(prediction, target) ??
  scalar(leaves<AnyTensor>([target, prediction]).find(({ shape }) => shape.length > 0)?.shape[0] ?? 1);

/** The rows of a loss and their weights; ignored rows have the weight 0. */
interface CountedRows {
  readonly rows: Tensor;
  readonly weights: Tensor;
}

/**
 * The weighted mean Σ w·l/Σ w over rows. Rows of weight 0 are ignored, even if they are NaN, and have no gradient. If
 * all weights are 0, the loss is 0.
 */
export const meanOfCounted = <B, L>(
  counted: (prediction: B, target: L) => CountedRows,
): Required<Pick<Loss<B, L>, 'run' | 'weight'>> => ({
  ...loss((prediction: B, target: L) => {
    const { rows, weights } = counted(prediction, target);
    const counts = not(equal(weights, fullLike(weights, 0)));
    const [kept, zero] = [select(counts, weights, fullLike(weights, 0)), fullLike(rows, 0)];
    const total = sum(kept);
    const nothing = equal(total, fullLike(total, 0));
    return divide(
      sum(multiply(kept, select(counts, rows, zero))),
      select(nothing, fullLike(total, 1), total),
    );
  }),
  weight: (prediction, target) => sum(counted(prediction, target).weights),
});

/**
 * Makes a loss from a function of tensors; its backward is derived automatically.
 *
 * @example
 * const absoluteError = loss((y: Tensor, t: Tensor) => mean(abs(subtract(y, t))));
 */
export const loss = <B, L>(f: (prediction: B, target: L) => Tensor<Scalar>): Loss<B, L> =>
  differentiate(([prediction, target]) => f(prediction, target));

/**
 * Makes a loss that is the mean of a function's result for each row or each element. `weighted` can weight the rows.
 *
 * @example
 * const absoluteError = meanOf((y: Tensor, t: Tensor) => abs(subtract(y, t)));
 */
export const meanOf = <B, L>(rows: (prediction: B, target: L) => Tensor): Loss<B, L> => ({
  ...loss((prediction: B, target: L) => mean(rows(prediction, target))),
  rows,
});
