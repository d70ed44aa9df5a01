/** Page–Hinkley: drift where what lies above the mean adds up. */
import { requireCount, requireDouble } from '../../../require.js';
import type { Fold } from '../../../stream/fold.js';
import { type Drift, requireDirection, requireFinite } from './drift.js';

export interface PageHinkleyOptions {
  /** How far above the mean a number has to be to count: the change that is borne. */
  readonly delta?: number;
  /** λ: what the sum may come to. Larger is later, and with fewer false alarms. */
  readonly threshold?: number;
  /** What the sum keeps of itself with each number; 1 is the plain test. */
  readonly fading?: number;
  /** Which way a drift goes; `up`, as losses and errors do, unless given. */
  readonly direction?: 'up' | 'down';
  /** Nothing is said before so many numbers. */
  readonly after?: number;
}

/** Since the last drift. */
type PageHinkleyState = { readonly count: number; readonly mean: number; readonly sum: number };

const START: PageHinkleyState = { count: 0, mean: 0, sum: 0 };

/**
 * The test of Page and Hinkley for a rise of the mean (or a fall): U′ = max(0, αU + x − x̄ − δ), drift where U > λ, a
 * warning where U > λ/2; x̄ is the mean since the last drift, after which it starts anew. Its units are those of the
 * numbers: 0.005 and 50 are for numbers from 0 to 1. Throws if an option is invalid, and in a step if a
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
