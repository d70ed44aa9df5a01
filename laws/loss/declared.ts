/** S-6 of a loss that says how much a batch counts, S-10 of one that says what it is the mean of, S-11 of its leaves. */
import { same } from '../base/compare.js';
import { normWise } from '../base/equality.js';
import { every, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';
import { lossAt } from './family.js';
import { chunksOf, meanOf } from './rows.js';

/** Sums in another order, in float64. */
const reordered = normWise({ rtol: 1e-9, atol: 1e-12 });

const total = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0);

/** A loss and its weight, over a batch or over a chunk of it. */
export interface WeightedMaps {
  readonly loss: NumericMap;
  readonly weight: NumericMap;
}

/**
 * S-6. A loss that says how much a batch counts is the mean of its chunks by what they count, which add up:
 * w(x) = Σ w(xᵢ), l(x) = Σ w(xᵢ)·l(xᵢ)/Σ w(xᵢ)
 */
export const weightedMeanOfChunks = (
  whole: WeightedMaps,
  part: WeightedMaps,
  x: Vector,
  count: number,
): Verdict => {
  const chunks = chunksOf(x, count);
  const weights = chunks.map((chunk) => lossAt(part.weight, chunk));
  const sum = total(weights);
  const claim = { law: 'S-6', subject: whole.loss.name } as const;
  return every([
    () =>
      same(reordered, lossAt(whole.weight, x), sum, {
        ...claim,
        what: `a batch does not count as much as its ${count} chunks together`,
        hint: 'weight is the sum of what its rows count',
      }),
    () =>
      // Where nothing counts there is no mean.
      sum === 0
        ? holds
        : same(
            reordered,
            lossAt(whole.loss, x),
            total(chunks.map((chunk, i) => (weights[i] ?? 0) * lossAt(part.loss, chunk))) / sum,
            {
              ...claim,
              what: `a batch is not the mean of its ${count} chunks by what they count`,
              hint: 'a mean over another count than weight says',
            },
          ),
  ]);
};

/**
 * S-10. A loss that says what it is the mean of is its mean: l(y, t) = mean rows(y, t)
 */
export const isMeanOfRows = (loss: NumericMap, rows: NumericMap, x: Vector): Verdict =>
  same(reordered, lossAt(loss, x), meanOf([...(rows.forward(x)[0] ?? [])]), {
    law: 'S-10',
    subject: loss.name,
    what: 'it is not the mean of the rows that it gives to `weighted`',
    hint: 'make both of one function, with meanOf',
  });

/** Which leaves change the loss if they are drawn anew; one that never does is S-11's to tell. */
export const leavesThatCount = (loss: NumericMap, x: Vector, other: Vector): readonly boolean[] => {
  const value = lossAt(loss, x);
  return x.map((_, leaf) => {
    const changed = x.map((data, i) => (i === leaf ? (other[i] ?? data) : data));
    return !Object.is(lossAt(loss, changed), value);
  });
};
