/** Throttling: some values, and always the last, even if the source fails. */
import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { EMPTY } from 'rxjs/internal/observable/empty';
import { concat } from 'rxjs/internal/observable/concat';
import { defer } from 'rxjs/internal/observable/defer';
import { merge } from 'rxjs/internal/observable/merge';
import { of } from 'rxjs/internal/observable/of';
import { throwError } from 'rxjs/internal/observable/throwError';
import { catchError } from 'rxjs/internal/operators/catchError';
import { filter } from 'rxjs/internal/operators/filter';
import { throttle } from 'rxjs/internal/operators/throttle';
import { Subject } from 'rxjs/internal/Subject';
import { requireCount, requireNumber } from '../../require.js';
import { later } from '../../stream/timer.js';

/** The values of a source, then the rest, then the completion or error of the source. */
const withRest = <T>(source: Observable<T>, rest: () => Observable<T>): Observable<T> =>
  defer(() => {
    let failure: { readonly error: unknown } | undefined;
    const untilItFails = source.pipe(
      catchError((error: unknown) => {
        failure = { error };
        return EMPTY;
      }),
    );
    const end = defer(() => {
      const failed = failure;
      return failed === undefined ? EMPTY : throwError(() => failed.error);
    });
    return concat(untilItFails, defer(rest), end);
  });

/** The first value, every so many-th after it, and the last. */
const everySteps =
  <T>(steps: number): MonoTypeOperatorFunction<T> =>
  (source) =>
    defer(() => {
      let since = 0;
      let left: { readonly value: T } | undefined;
      const due = source.pipe(
        filter((value) => {
          const isDue = since === 0;
          since = (since + 1) % steps;
          left = isDue ? undefined : { value };
          return isDue;
        }),
      );
      return withRest(due, () => (left === undefined ? EMPTY : of(left.value)));
    });

/** How often something is looked at: after so many values, or at most once in so many seconds. */
export type Pace = { readonly steps: number } | { readonly seconds: number };

/**
 * The first value, then one at the pace of the option `every`: one of so many, or the newest one at most every so many
 * seconds; and at the end at once the last. Throws unless steps are a positive integer and seconds a finite number
 * above 0.
 */
export const paced = <T>(operation: string, every: Pace): MonoTypeOperatorFunction<T> => {
  const { steps, seconds = Number.NaN }: { readonly steps?: number; readonly seconds?: number } = every;
  if (steps !== undefined) return everySteps(requireCount(operation, 'every.steps', steps));
  requireNumber(operation, 'every.seconds', seconds, '(0, ∞)');
  const passed = new Observable<void>((subscriber) =>
    later(seconds * 1000, () => {
      subscriber.next();
    }),
  );
  return (source) =>
    defer(() => {
      const over = new Subject<void>();
      const whole = withRest(source, () => {
        over.next();
        return EMPTY;
      });
      return whole.pipe(throttle(() => merge(passed, over), { leading: true, trailing: true }));
    });
};
