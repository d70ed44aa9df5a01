/** Early stopping: ends training when a measure stops improving, and keeps the best step. */
import { map } from 'rxjs/internal/operators/map';
import { takeWhile } from 'rxjs/internal/operators/takeWhile';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { requireCount, requireFunction } from '../require.js';
import { type Fold, foldOver } from './fold.js';

export interface EarlyStoppingOptions<T> {
  /** How many values in a row may be no better than the best before them. */
  readonly patience: number;
  /** The measure to minimize; negate a measure to maximize it. NaN counts as no improvement. */
  readonly measure: (value: T) => number;
}

/** What `patience` remembers: the best measure, and the number of values since then. */
export type Patience = { readonly best: number; readonly waited: number };

/**
 * A fold that returns whether to continue: `false` from the last of `patience` values in a row without an improvement
 * of the best measure. As a monitor of `online` it says when to stop. Throws if an option is invalid.
 *
 * Source: L. Prechelt, "Early stopping — but when?" (1998), its criterion UP.
 *
 * @example
 * const { initial, step } = patience({ patience: 1, measure: (loss: number) => loss });
 * step(step(initial, 0.5)[0], 0.7)[1]; // false
 */
export const patience = <T>({
  patience: most,
  measure,
}: EarlyStoppingOptions<T>): Fold<Patience, T, boolean> => {
  requireCount('earlyStopping', 'patience', most);
  requireFunction('earlyStopping', 'measure', measure);
  return {
    initial: { best: Infinity, waited: 0 },
    description: { patience: most },
    step: ({ best, waited }, value) => {
      const measured = measure(value);
      const next = measured < best ? { best: measured, waited: 0 } : { best, waited: waited + 1 };
      return [next, next.waited < most];
    },
  };
};

/**
 * Passes values on, and completes after `patience` values in a row without an improvement of the best measure; the last
 * of them is still passed on. Throws if an option is invalid.
 *
 * @example
 * steps.pipe(earlyStopping({ patience: 3, measure: ({ state }) => onValidation(state).loss }));
 */
export const earlyStopping = <T>(options: EarlyStoppingOptions<T>): MonoTypeOperatorFunction<T> => {
  const { initial, step } = patience(options);
  const beside: Fold<Patience, T, readonly [T, boolean]>['step'] = (state, value) => {
    const [next, goesOn] = step(state, value);
    return [next, [value, goesOn]];
  };
  return (source) =>
    source.pipe(
      foldOver(() => ({ initial, step: beside })),
      takeWhile(([, goesOn]) => goesOn, true),
      map(([value]) => value),
    );
};

/**
 * The best value so far, for each value: the last one is the best of all, such as the step with the best state. Throws if
 * an option is invalid.
 *
 * @example
 * steps.pipe(
 *   earlyStopping({ patience: 3, measure: ({ state }) => onValidation(state).loss }),
 *   bestSoFar(({ state }) => onValidation(state).loss),
 * );
 */
export const bestSoFar = <T>(measure: (value: T) => number): MonoTypeOperatorFunction<T> => {
  requireFunction('bestSoFar', 'measure', measure);
  type Best = { readonly value: T; readonly measured: number };
  return foldOver(() => ({
    initial: undefined as Best | undefined,
    step: (best: Best | undefined, value: T) => {
      const measured = measure(value);
      const next = best === undefined || measured < best.measured ? { value, measured } : best;
      return [next, next.value] as const;
    },
  }));
};
