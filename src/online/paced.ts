/** The pace of whoever looks at a stream: its first value, then the newest one each so many milliseconds, and its last. */
import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import { throttle } from 'rxjs/internal/operators/throttle';
import { later, requireMilliseconds } from '../stream/timer.js';
import { fail } from '../error.js';

/** Throws unless the pace is a finite number of milliseconds above 0. */
export const everyMilliseconds = <T>(
  operation: string,
  option: string,
  milliseconds: number,
): MonoTypeOperatorFunction<T> => {
  requireMilliseconds(operation, option, milliseconds);
  if (milliseconds === 0)
    fail({ operation, what: `\`${option}\` must be above 0`, got: '0', needed: 'milliseconds > 0' });
  const passed = new Observable<void>((subscriber) =>
    later(milliseconds, () => {
      subscriber.next();
    }),
  );
  return throttle(() => passed, { leading: true, trailing: true });
};
