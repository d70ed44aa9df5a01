/**
 * Scores: metrics that are no mean over examples. Of a batch they keep numbers that are enough, these combine as a
 * monoid, and of any combination the value can be said: of parts of a data set as exactly as of the whole.
 */
import type { Tensor } from '../tensor/tensor.js';

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
        zeros.map((_, i) => (first[name]?.[i] ?? 0) + (second[name]?.[i] ?? 0)),
      ]),
    ),
});

/** A single number of statistics. */
export const numberOf = (statistics: Statistics, name: string): number => statistics[name]?.[0] ?? 0;
