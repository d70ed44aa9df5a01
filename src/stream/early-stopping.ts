/** Early stopping: ends training when a measure stops improving. */
import { map } from 'rxjs/internal/operators/map';
import { scan } from 'rxjs/internal/operators/scan';
import { takeWhile } from 'rxjs/internal/operators/takeWhile';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { requireCount, requireFunction } from '../require.js';

export interface EarlyStoppingOptions<T> {
  /** The number of values in a row without improvement before it stops. */
  readonly patience: number;
  /** The measure to minimize; negate a measure to maximize it. NaN counts as no improvement. */
  readonly measure: (value: T) => number;
}

interface Best {
  readonly best: number;
  /** The number of values since the best. */
  readonly waited: number;
}

interface Watched<T> extends Best {
  readonly value: T;
}

/**
 * Passes values on, and completes after `patience` values in a row without an improvement of the best measure; the last
 * of them is still passed on. Throws if an option is invalid.
 *
 * Source: L. Prechelt, "Early stopping — but when?" (1998), its criterion UP.
 *
 * @example
 * steps.pipe(earlyStopping({ patience: 3, measure: ({ state }) => onValidation(state).loss }));
 */
export const earlyStopping = <T>({
  patience,
  measure,
}: EarlyStoppingOptions<T>): MonoTypeOperatorFunction<T> => {
  requireCount('earlyStopping', 'patience', patience);
  requireFunction('earlyStopping', 'measure', measure);
  const watch = ({ best, waited }: Best, value: T): Watched<T> => {
    const measured = measure(value);
    return measured < best ? { value, best: measured, waited: 0 } : { value, best, waited: waited + 1 };
  };
  return (source) =>
    source.pipe(
      scan<T, Watched<T>, Best>(watch, { best: Infinity, waited: 0 }),
      takeWhile(({ waited }) => waited < patience, true),
      map(({ value }) => value),
    );
};
