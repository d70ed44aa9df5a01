/** What a loss is, and what targets it takes: a lens from prediction and target to one number. */
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
  /** What it is the mean of, where it is one: a number for each row, or for each element. */
  readonly rows?: { rows(prediction: B, target: L): Tensor }['rows'] | undefined;
  /** How much the mean counts beside those of other batches: as many as its examples, if nothing is said. */
  readonly weight?: { weight(prediction: B, target: L): Tensor<Scalar> }['weight'] | undefined;
}

/** Targets, and how much each row counts: `[batch]`, or more of the first axes of the rows; a mask counts 0 or 1. */
export interface Weighted<L> {
  readonly target: L;
  readonly weight: Tensor<Shape, 'float32' | 'bool'>;
}

declare const likePrediction: unique symbol;

/** A target of the type of the prediction: in a learner, of what its model gives. No value has the mark. */
export type LikePrediction<T> = T & { readonly [likePrediction]?: never };

/** A loss whose target is like the prediction, entry by entry. */
export type EntrywiseLoss<T> = Loss<T, LikePrediction<T>>;

/** The targets that a loss takes of predictions `B`: where it wants them like those, they are. */
export type TargetOf<B, L> =
  L extends Weighted<infer T> ? Weighted<TargetOf<B, T>> : typeof likePrediction extends keyof L ? B : L;

/** How much a mean over a batch counts beside those of others: as it says itself, or by the number of examples. */
export const weightOf = <B, L>(
  of: { readonly weight?: ((prediction: B, target: L) => Tensor<Scalar>) | undefined },
  prediction: B,
  target: L,
): Tensor<Scalar> =>
  of.weight?.(prediction, target) ??
  scalar(leaves<AnyTensor>([target, prediction]).find(({ shape }) => shape.length > 0)?.shape[0] ?? 1);

/** Some rows of a loss, and how much each counts; 0 where it is left out. */
interface CountedRows {
  readonly rows: Tensor;
  readonly weights: Tensor;
}

/**
 * Σ w·l/Σ w over rows of which some are left out, w = 0: whatever stands there, it has no part in the loss and no
 * gradient. Where nothing counts the loss is 0.
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
