/** ADWIN: drift detection with an adaptive window. */
import { requireCount, required, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import { type Drift, type DriftDirection, isInDirection, requireDirection, requireFinite } from './drift.js';

export interface AdwinOptions {
  /** δ, the probability of a false alarm for a window without change. */
  readonly delta?: number;
  /** The length of the range of the numbers: 1 for errors and hits. */
  readonly range?: number;
  /** It looks for a cut after so many numbers, every time. */
  readonly clock?: number;
  /** Buckets of each size. */
  readonly buckets?: number;
  /** The shortest length of a part when the window is cut. */
  readonly shortest?: number;
  /** The direction of a change that counts as drift; default: `up`. The window is cut at every change. */
  readonly direction?: DriftDirection;
}

/** A bucket of consecutive numbers: their sum, and the sum of their squared deviations. */
type Bucket = readonly [sum: number, square: number];

/** Row i has buckets of 2ⁱ numbers, oldest first; higher rows are older. */
export type AdwinState = {
  readonly rows: readonly (readonly Bucket[])[];
  readonly count: number;
  readonly sum: number;
  /** The number of inputs since the last check. */
  readonly waited: number;
};

const START: AdwinState = { rows: [], count: 0, sum: 0, waited: 0 };

// s = s_a + s_b + d²·n_a·n_b/n with d the difference of the means
const joined = ([sum, square]: Bucket, count: number, [other, its]: Bucket, size: number): Bucket => {
  const d = other / size - sum / count;
  return [sum + other, square + its + d * d * ((count * size) / (count + size))];
};

/** The rows with one more number. If a row has too many buckets, its two oldest are merged into the next row. */
const withNumber = (rows: AdwinState['rows'], x: number, most: number): AdwinState['rows'] => {
  const next = rows.slice();
  let carried: Bucket = [x, 0];
  for (let i = 0; ; i++) {
    const row = next[i] ?? [];
    const [a, b] = [row[0], row[1]];
    if (a === undefined || b === undefined || row.length < most) {
      next[i] = [...row, carried];
      return next;
    }
    next[i] = [...row.slice(2), carried];
    carried = joined(a, 2 ** i, b, 2 ** i);
  }
};

/** All rows as one bucket, added from the oldest on. */
const whole = (rows: AdwinState['rows']): readonly [count: number, all: Bucket] => {
  let count = 0;
  let all: Bucket = [0, 0];
  for (let i = rows.length - 1; i >= 0; i--)
    for (const bucket of required(rows[i], 'a row')) {
      all = count === 0 ? bucket : joined(all, count, bucket, 2 ** i);
      count += 2 ** i;
    }
  return [count, all];
};

/**
 * The largest difference of the means of two parts without a cut: √(2/m·σ²·ln(2/δ′)) + 2/(3m)·ln(2/δ′), 1/m = 1/n₀ +
 * 1/n₁, σ² the variance of the window and δ′ = δ/ln n.
 */
export const adwinBound = (
  n0: number,
  n1: number,
  variance: number,
  delta: number,
  range: number,
): number => {
  const inverse = 1 / n0 + 1 / n1;
  const log = Math.log((2 * Math.log(n0 + n1)) / delta);
  return Math.sqrt(2 * inverse * variance * log) + (2 / 3) * inverse * log * range;
};

/** Whether the window must be cut at the border of two buckets. */
const isCut = (rows: AdwinState['rows'], { delta, range, shortest }: Required<AdwinOptions>): boolean => {
  const [count, [sum, square]] = whole(rows);
  let [n0, sum0] = [0, 0];
  for (let i = rows.length - 1; i >= 0; i--)
    for (const [part] of required(rows[i], 'a row')) {
      n0 += 2 ** i;
      sum0 += part;
      const n1 = count - n0;
      if (n1 < shortest) return false;
      if (n0 < shortest) continue;
      const apart = Math.abs(sum0 / n0 - (sum - sum0) / n1);
      if (apart > adwinBound(n0, n1, square / count, delta, range)) return true;
    }
  return false;
};

/** The rows without their oldest bucket. */
const withoutOldest = (rows: AdwinState['rows']): AdwinState['rows'] => {
  const last = required(rows.at(-1), 'a row');
  return last.length > 1 ? [...rows.slice(0, -1), last.slice(1)] : rows.slice(0, -1);
};

/**
 * Adaptive windowing, a drift detector: keeps a window, and drops its oldest part while the window has a cut into two
 * parts whose means differ significantly. Dropping is a drift. `mean` and `count` are those of the remaining window.
 * The state has at most `buckets` sums for each doubling of the window: about a hundred pairs of numbers after a
 * million inputs. It checks the borders of buckets, every `clock` inputs. A falling mean, such as an error after
 * recovery, is a drift only with `direction` `down` or `both`. Throws if an option is invalid; a step throws if a
 * number is not finite.
 *
 * Source: A. Bifet, R. Gavaldà, "Learning from time-changing data with adaptive windowing" (SDM 2007), ADWIN2 with
 * δ′ = δ/ln n and the defaults of MOA.
 *
 * @example
 * const errors = Array.from({ length: 600 }, (_, i) => (i < 300 ? 0 : 1));
 * const [{ count }, told] = runFold(adwin(), errors);
 * told.findIndex(({ level }) => level === 'drift') < 340; // true
 * count < 340; // true
 */
export const adwin = ({
  delta = 0.002,
  range = 1,
  clock = 32,
  buckets = 5,
  shortest = 5,
  direction = 'up',
}: AdwinOptions = {}): Fold<AdwinState, number, Drift> => {
  requireDouble('adwin', 'delta', delta, '(0, 1)');
  requireDouble('adwin', 'range', range, '(0, ∞)');
  requireCount('adwin', 'clock', clock);
  requireCount('adwin', 'buckets', buckets, { least: 2 });
  requireCount('adwin', 'shortest', shortest);
  requireDirection('adwin', direction);
  const options = { delta, range, clock, buckets, shortest, direction };
  return {
    initial: START,
    description: { adwin: options },
    step: (state, x) => {
      requireFinite('adwin', x);
      const grown = withNumber(state.rows, x, buckets);
      if (state.waited + 1 < clock) {
        const [count, sum] = [state.count + 1, state.sum + x];
        return [
          { rows: grown, count, sum, waited: state.waited + 1 },
          { level: 'none', mean: sum / count, count },
        ];
      }
      let rows = grown;
      while (isCut(rows, options)) rows = withoutOldest(rows);
      // Summed again each time, so that rounding errors do not accumulate.
      const [count, [sum]] = whole(rows);
      const before = (state.sum + x) / (state.count + 1);
      const isDrift = rows !== grown && isInDirection(direction, before, sum / count);
      const level = isDrift ? 'drift' : 'none';
      return [
        { rows, count, sum, waited: 0 },
        { level, mean: sum / count, count },
      ];
    },
  };
};
