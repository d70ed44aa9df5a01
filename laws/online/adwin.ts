/** F-22: ADWIN is the window that its definition says. */
import { adwin, adwinBound, type AdwinOptions } from '../../src/online/fold/monitor/adwin.js';
import { type Drift, isInDirection } from '../../src/online/fold/monitor/drift.js';
import { runFold } from '../../src/online/fold/fold.js';
import { same } from '../base/compare.js';
import { normWise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';

/** Buckets with all of their numbers, oldest first. */
type Window = readonly (readonly number[])[];

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** Where more than `most` buckets are of one size, the two oldest of them become one, the smallest first. */
const compressed = (window: Window, most: number): Window => {
  for (const size of [...new Set(window.map(({ length }) => length))].toSorted((a, b) => a - b)) {
    const first = window.findIndex(({ length }) => length === size);
    if (window.filter(({ length }) => length === size).length > most)
      return compressed(
        window.toSpliced(first, 2, [...(window[first] ?? []), ...(window[first + 1] ?? [])]),
        most,
      );
  }
  return window;
};

/** Whether some border of buckets cuts the window in two whose means are too far apart: all borders, all numbers. */
const fallsApart = (window: Window, { delta, range, shortest }: Required<AdwinOptions>): boolean => {
  const all = window.flat();
  const mean = meanOf(all);
  const variance = meanOf(all.map((x) => (x - mean) ** 2));
  return window.some((_, border) => {
    const [before, after] = [window.slice(0, border).flat(), window.slice(border).flat()];
    if (before.length < shortest || after.length < shortest) return false;
    const bound = adwinBound(before.length, after.length, variance, delta, range);
    return Math.abs(meanOf(before) - meanOf(after)) > bound;
  });
};

/** What ADWIN says of each number, from a window of all numbers: quadratic, and for few of them. */
export const naiveAdwin = (numbers: readonly number[], options: Required<AdwinOptions>): readonly Drift[] => {
  const { direction = 'up' } = options as AdwinOptions;
  let window: Window = [];
  return numbers.map((x, i) => {
    window = compressed([...window, [x]], options.buckets);
    let level: Drift['level'] = 'none';
    const before = meanOf(window.flat());
    if ((i + 1) % options.clock === 0) {
      const whole = window.length;
      while (fallsApart(window, options)) window = window.slice(1);
      const after = meanOf(window.flat());
      if (window.length < whole && isInDirection(direction, before, after)) level = 'drift';
    }
    const left = window.flat();
    return { level, mean: meanOf(left), count: left.length };
  });
};

/** F-22. Of each number of a stream ADWIN says what the window of all numbers says, cut at every border */
export const adwinIsNaive = (
  numbers: readonly number[],
  options: Required<AdwinOptions>,
  told: typeof naiveAdwin = (given, its) => runFold(adwin(its), given)[1],
): Verdict =>
  same(normWise({ rtol: 1e-9 }), told(numbers, options), naiveAdwin(numbers, options), {
    law: 'F-22',
    subject: 'adwin',
    what: 'it does not say what the window of all numbers says',
    hint: 'buckets joined in another order, a cut overlooked, nothing dropped, or too much',
  });
