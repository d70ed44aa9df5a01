/** What targets a loss takes. */
import type { Loss } from './loss.js';
import type { Weighted } from './weighted.js';

declare const likePrediction: unique symbol;

/** A target of the type of the prediction: in a learner, of what its model gives. No value has the mark. */
export type LikePrediction<T> = T & { readonly [likePrediction]?: never };

/** A loss whose target is like the prediction, entry by entry. */
export type EntrywiseLoss<T> = Loss<T, LikePrediction<T>>;

/** The targets that a loss takes of predictions `B`: where it wants them like those, they are. */
export type TargetOf<B, L> =
  L extends Weighted<infer T> ? Weighted<TargetOf<B, T>> : typeof likePrediction extends keyof L ? B : L;
