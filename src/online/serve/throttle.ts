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
import { requireNumber } from '../../require.js';
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

/** The first value, every n-th after it, and the last. */
export const everySteps =
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

/**
 * The first value, then the newest value at most once in each interval, and the last value at once at the end. Throws
 * unless the interval is a finite, positive number of milliseconds.
 */
export const everyMilliseconds = <T>(
  operation: string,
  option: string,
  milliseconds: number,
): MonoTypeOperatorFunction<T> => {
  requireNumber(operation, option, milliseconds, '(0, ∞)');
  const passed = new Observable<void>((subscriber) =>
    later(milliseconds, () => {
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
