/** Windows: the last values, lagged values, and sums over a time span. */
import { requireCount, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import type { Json } from '../../../tree/tree.js';

/**
 * The last `count` values including this one; fewer at the beginning. Throws if `count` is not a positive integer.
 *
 * @example
 * runFold(lastValues(2), ['a', 'b', 'c'])[1]; // [["a"], ["a", "b"], ["b", "c"]]
 */
export const lastValues = <A extends Json>(count: number): Fold<readonly A[], A, readonly A[]> => {
  requireCount('lastValues', 'count', count);
  return {
    initial: [],
    description: { lastValues: count },
    step: (values, value) => {
      const next = values.length < count ? [...values] : values.slice(1);
      next.push(value);
      return [next, next];
    },
  };
};

/**
 * Lagged values as columns: lag 0 is this record, 1 the one before. NaN before the first value; `fillMissing` can fill
 * it. Throws if a lag is not an integer ≥ 0.
 *
 * @example
 * runFold(pipeFold(lags([0, 2]), fillMissing({ by: -1 })), [5, 6, 7])[1]; // [[5, -1], [6, -1], [7, 5]]
 */
export const lags = (ago: readonly number[]): Fold<readonly number[], number, readonly number[]> => {
  for (const [i, lag] of ago.entries()) requireCount('lags', `ago[${i}]`, lag, { least: 0 });
  const { step } = lastValues<number>(Math.max(0, ...ago) + 1);
  return {
    initial: [],
    description: { lags: ago },
    step: (values, value) => {
      const [next] = step(values, value);
      return [next, ago.map((lag) => next[next.length - 1 - lag] ?? Number.NaN)];
    },
  };
};

export interface OverTimeOptions {
  /** The length of the window, in the unit of the clock. */
  readonly span: number;
  /** The number of parts of the window; default: 60. Values leave the window in whole parts. */
  readonly parts?: number;
}

/** A number, with the time of its record. */
export interface Timed {
  readonly at: number;
  readonly value: number;
}

export interface Total {
  readonly count: number;
  readonly sum: number;
  /** 0 if there are no values. */
  readonly mean: number;
}

/** A part of the window: its index on the clock, the number of values, and their sum. */
type Part = readonly [part: number, count: number, sum: number];

/** The parts in order, and whether more than one record confirms this time. */
type Window = { readonly parts: readonly Part[]; readonly confirmed: boolean };

/** The current window, and a candidate at another time, for records with distant timestamps. */
type Windows = { readonly now: Window; readonly other: Window; readonly others: number };

const NONE: Window = { parts: [], confirmed: false };

/** This many records in a row at another time make it the current time. */
const IN_A_ROW = 8;

/**
 * Counts, sums and means over a sliding time window of length `span`, by the time of the records. Late records count
 * while their part is in the window. The state has at most twice `parts` sums. A time or value that is not finite
 * changes nothing. A record that is `span` or more ahead starts a new window, but the next record returns to the old
 * window if it belongs there. So a single timestamp from the future affects only its own result, and a few in a row at
 * most the next eight. Throws if an option is invalid.
 *
 * @example
 * const minute = overTime({ span: 60_000 });
 * const told = runFold(minute, [{ at: 0, value: 1 }, { at: 30_000, value: 2 }, { at: 61_000, value: 4 }])[1];
 * told.map(({ sum }) => sum); // [1, 3, 6]
 */
export const overTime = ({ span, parts = 60 }: OverTimeOptions): Fold<Windows, Timed, Total> => {
  requireCount('overTime', 'parts', parts);
  requireDouble('overTime', 'span', span, '(0, ∞)');
  return {
    initial: { now: NONE, other: NONE, others: 0 },
    description: { overTime: { span, parts } },
    step: (windows, { at, value }) => {
      const isSome = Number.isFinite(at) && Number.isFinite(value);
      const next = isSome ? withValue(windows, Math.floor(at / (span / parts)), value, parts) : windows;
      let [count, sum] = [0, 0];
      for (const [, n, s] of next.now.parts) {
        count += n;
        sum += s;
      }
      return [next, { count, sum, mean: count === 0 ? 0 : sum / count }];
    },
  };
};

/** The number of parts between a part and the latest of a window; infinite for an empty window. */
const aheadOf = ({ parts }: Window, part: number): number =>
  part - (parts.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY);

const withValue = (windows: Windows, part: number, value: number, parts: number): Windows => {
  const { now, other, others } = windows;
  const ahead = aheadOf(now, part);
  if (now.parts.length === 0 || Math.abs(ahead) < parts)
    return { now: addToWindow(now, part, value, parts), other, others: 0 };
  if (Math.abs(aheadOf(other, part)) < parts) {
    const grown = addToWindow(other, part, value, parts);
    return now.confirmed && others + 1 < IN_A_ROW
      ? { now, other: grown, others: others + 1 }
      : { now: grown, other: now, others: 0 };
  }
  const begun = addToWindow(NONE, part, value, parts);
  // It may just be a late record.
  if (ahead < 0 && now.confirmed) return { now, other: begun, others: 1 };
  return { now: begun, other: now.confirmed || !other.confirmed ? now : other, others: 0 };
};

/** The window with one more value, at a part that is not too far away. */
const addToWindow = ({ parts: window }: Window, part: number, value: number, parts: number): Window => {
  const latest = Math.max(part, window.at(-1)?.[0] ?? part);
  const kept = window.filter(([each]) => each > latest - parts);
  // The parts are ordered, and this one is mostly the last.
  const place = kept.findLastIndex(([each]) => each <= part);
  const [there, count, sum] = kept[place] ?? [Number.NaN, 0, 0];
  return {
    parts:
      there === part
        ? kept.with(place, [part, count + 1, sum + value])
        : kept.toSpliced(place + 1, 0, [part, 1, value]),
    confirmed: window.length > 0,
  };
};
