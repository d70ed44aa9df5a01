/**
 * Metrics and scores: numbers computed from predictions and targets, in addition to the loss. A metric is averaged over
 * examples. A score cannot be averaged: it computes sufficient statistics of each batch, which combine as a monoid, and
 * its value follows from the combined statistics. So the value of a data set does not depend on how it is split into
 * batches.
 */
import { required } from '../require.js';
import type { Scalar } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A number computed from the predictions and targets of a batch. It is not differentiated. */
export interface Metric<B, L> {
  (prediction: B, target: L): Tensor<Scalar>;
  /** The weight of a batch in the mean; default: the number of examples. */
  readonly weight?: (prediction: B, target: L) => Tensor<Scalar>;
}

/** The statistics of some examples, by name. */
export type Statistics = Readonly<Record<string, readonly number[]>>;

export interface Score<B, L, V = number> {
  /** The statistics of a batch, as tensors in a compiled program. */
  measure(prediction: B, target: L): Readonly<Record<string, Tensor>>;
  /** The statistics of no examples. */
  readonly empty: Statistics;
  /** The statistics of both together: associative, with `empty` as unit. */
  concat(first: Statistics, second: Statistics): Statistics;
  /** The value of the score; NaN if it is not defined. */
  value(statistics: Statistics): V;
}

/** Statistics that are combined by adding their numbers. */
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

/** The statistic of this name, a single number. */
export const numberOf = (statistics: Statistics, name: string): number =>
  required(statistics[name]?.[0], name);
