/** The Page–Hinkley test: drift detection by cumulative deviations above the mean. */
import { requireCount, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import { type Drift, requireDirection, requireFinite } from './drift.js';

export interface PageHinkleyOptions {
  /** δ, the tolerated deviation above the mean. */
  readonly delta?: number;
  /** λ, the limit of the sum. Larger values detect later, with fewer false alarms. */
  readonly threshold?: number;
  /** α, the fading factor of the sum; 1 is the plain test. */
  readonly fading?: number;
  /** The direction of a drift; default: `up`, for losses and errors. */
  readonly direction?: 'up' | 'down';
  /** The number of inputs before it can report. */
  readonly after?: number;
}

/** The state since the last drift. */
type PageHinkleyState = { readonly count: number; readonly mean: number; readonly sum: number };

const START: PageHinkleyState = { count: 0, mean: 0, sum: 0 };

/**
 * The Page–Hinkley test for a rise (or fall) of the mean: U′ = max(0, αU + x − x̄ − δ), a drift if U > λ, a warning if
 * U > λ/2, where x̄ is the mean since the last drift. After a drift it starts again. δ and λ have the unit of the
 * numbers; the defaults 0.005 and 50 are for numbers from 0 to 1. Throws if an option is invalid; a step throws if a
 * number is not finite.
 *
 * Source: E. S. Page, "Continuous inspection schemes" (Biometrika 41, 1954); D. V. Hinkley, "Inference about the
 * change-point from cumulative sum tests" (Biometrika 58, 1971); with the defaults of MOA.
 *
 * @example
 * const numbers = Array.from({ length: 300 }, (_, i) => (i < 200 ? 0 : 1));
 * const told = runFold(pageHinkley({ threshold: 20 }), numbers)[1];
 * told.findIndex(({ level }) => level === 'drift') < 230; // true
 */
export const pageHinkley = ({
  delta = 0.005,
  threshold = 50,
  fading = 0.9999,
  direction = 'up',
  after = 30,
}: PageHinkleyOptions = {}): Fold<PageHinkleyState, number, Drift> => {
  requireDouble('pageHinkley', 'delta', delta, '[0, ∞)');
  requireDouble('pageHinkley', 'threshold', threshold, '(0, ∞)');
  requireDouble('pageHinkley', 'fading', fading, '(0, 1]');
  requireCount('pageHinkley', 'after', after);
  requireDirection('pageHinkley', direction, ['up', 'down']);
  const sign = direction === 'up' ? 1 : -1;
  return {
    initial: START,
    description: { pageHinkley: { delta, threshold, fading, direction, after } },
    step: (state, x) => {
      requireFinite('pageHinkley', x);
      const count = state.count + 1;
      const mean = state.mean + (x - state.mean) / count;
      const sum = Math.max(0, fading * state.sum + sign * (x - mean) - delta);
      if (count < after)
        return [
          { count, mean, sum },
          { level: 'none', mean, count },
        ];
      if (sum > threshold) return [START, { level: 'drift', mean, count }];
      return [
        { count, mean, sum },
        { level: sum > threshold / 2 ? 'warning' : 'none', mean, count },
      ];
    },
  };
};
