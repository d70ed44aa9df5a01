/** A running mean, for numbers that vary from step to step. */
import { map } from 'rxjs/internal/operators/map';
import { scan } from 'rxjs/internal/operators/scan';
import type { OperatorFunction } from 'rxjs';
import { requireNumber } from '../require.js';

interface Mean {
  readonly count: number;
  readonly mean: number;
}

/**
 * The mean updated by a value: first the plain mean, then an exponential mean with the weight 1/window for the newest
 * value.
 */
export const moveMean = ({ count, mean }: Mean, value: number, window: number): Mean => {
  const seen = Math.min(count + 1, window);
  return { count: seen, mean: mean + (value - mean) / seen };
};

/**
 * mₜ = mₜ₋₁ + (xₜ − mₜ₋₁)/min(t, window): the plain mean of the first `window` values, then an exponential moving
 * average. Throws if `window` is below 1.
 *
 * @example
 * steps.pipe(map(({ loss }) => loss), runningMean(100));
 */
export const runningMean = (window: number): OperatorFunction<number, number> => {
  requireNumber('runningMean', 'window', window, '[1, ∞]');
  return (source) =>
    source.pipe(
      scan((mean: Mean, value) => moveMean(mean, value, window), { count: 0, mean: 0 }),
      map(({ mean }) => mean),
    );
};
