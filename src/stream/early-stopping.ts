/** Stopping when nothing gets better any more. */
import { map } from 'rxjs/internal/operators/map';
import { scan } from 'rxjs/internal/operators/scan';
import { takeWhile } from 'rxjs/internal/operators/takeWhile';
import type { MonoTypeOperatorFunction } from 'rxjs';
import { requireCount, requireFunction } from '../require.js';

export interface EarlyStoppingOptions<T> {
  /** How many values in a row may be no better than the best before them. */
  readonly patience: number;
  /** What is to become smaller; negate what is to become larger. A number that is none is no better. */
  readonly measure: (value: T) => number;
}

interface Best {
  readonly best: number;
  /** Values since then. */
  readonly waited: number;
}

interface Watched<T> extends Best {
  readonly value: T;
}

/**
 * Passes values on and completes with the one that exhausts the patience: the last of `patience` in a row
 * whose measure is no better than the best before them. Throws if an option is invalid.
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
