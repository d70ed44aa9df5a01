/**
 * Metrics and scores: numbers read off predictions and targets, beside the loss. A metric is averaged over examples; a
 * score is no such mean. Of a batch it keeps numbers that are enough, these combine as a monoid, and of any combination
 * the value can be said: of parts of a data set as exactly as of the whole.
 */
import { required } from '../require.js';
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A number of a batch's predictions and targets; it is not differentiated. */
export interface Metric<B, L> {
  (prediction: B, target: L): Tensor<Scalar>;
  /** How much it counts beside those of other batches: as many as its examples, if nothing is said. */
  readonly weight?: (prediction: B, target: L) => Tensor<Scalar>;
}

/** What is kept of some examples, by name. */
export type Statistics = Readonly<Record<string, readonly number[]>>;

export interface Score<B, L, V = number> {
  /** Of a batch; tensors, as part of a compiled program. */
  measure(prediction: B, target: L): Readonly<Record<string, Tensor>>;
  /** Of no examples at all. */
  readonly empty: Statistics;
  /** Of the examples of both: associative, `empty` its unit. */
  concat(first: Statistics, second: Statistics): Statistics;
  /** What is said of them; NaN where there is nothing to say it of. */
  value(statistics: Statistics): V;
}

/** Statistics that add up, number by number. */
export const adding = (empty: Statistics): Pick<Score<never, never, never>, 'empty' | 'concat'> => ({
  empty,
  concat: (first, second) =>
    Object.fromEntries(
      Object.entries(empty).map(([name, zeros]) => [
        name,
        zeros.map((_, i) => required(first[name]?.[i], name) + required(second[name]?.[i], name)),
      ]),
    ),
});

/** A single number of statistics. */
export const numberOf = (statistics: Statistics, name: string): number =>
  required(statistics[name]?.[0], name);
