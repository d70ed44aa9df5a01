/** F-7: who is not listened to does nothing any more; after an error, what was told stays. */
import {
  concat,
  concatMap,
  delay,
  from,
  map,
  NEVER,
  Observable,
  of,
  Subject,
  takeUntil,
  throwError,
} from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { inVirtualTime, sameTrace, type StreamSubject, traceOf } from './trace.js';

/** What was seen of a run that was unsubscribed from in its k-th emission. */
interface Stopped {
  readonly emissions: number;
  /** How many values were looked at. */
  readonly seen: number;
  readonly told: boolean;
}

const sources: { readonly [name: string]: <T>(values: readonly T[]) => Observable<T> } = {
  'at once': (values) => from(values),
  'on a timer': (values) => from(values).pipe(concatMap((value) => of(value).pipe(delay(1)))),
};

const stopAt = <T, U>(
  { operator, watched = (value) => value }: StreamSubject<T, U>,
  source: Observable<T>,
  k: number,
): Stopped => {
  const stop = new Subject<void>();
  const seen = new Set<number>();
  let [emissions, told] = [0, false];
  inVirtualTime(() => {
    new Observable<T>((subscriber) => {
      const inner = source.pipe(map((value, i) => watched(value, () => seen.add(i)))).subscribe(subscriber);
      return () => {
        told = true;
        inner.unsubscribe();
      };
    })
      .pipe(operator, takeUntil(stop))
      .subscribe({
        next: () => {
          emissions += 1;
          if (emissions === k) stop.next();
        },
        error: () => undefined,
      });
  });
  return { emissions, seen: seen.size, told };
};

/**
 * F-7. Unsubscribed from in its k-th emission, a stream emits no more, looks at no value after the k-th, and
 * tells its source; k at least 1
 */
export const stops = <T, U>(subject: StreamSubject<T, U>, values: readonly T[], k: number): Verdict => {
  const { length } = traceOf(from(values).pipe(subject.operator), subject.plain).emitted;
  const emissions = Math.min(k, length);
  return every(
    Object.entries(sources).map(([way, source]) => () => {
      const { seen, ...stopped } = stopAt(subject, source(values), k);
      // Where it has ended by itself before, nobody has unsubscribed from it.
      const late = length < k ? 0 : Math.max(0, seen - k);
      return same(
        bitwise,
        { ...stopped, late },
        { emissions, told: true, late: 0 },
        {
          law: 'F-7',
          subject: subject.name,
          what: `unsubscribed from in its emission ${k}, values coming ${way}, it went on`,
          hint: 'late: values looked at afterwards; told: whether the source was unsubscribed from',
        },
      );
    }),
  );
};

/**
 * F-7. An error of the source is handed on as it is, after the emissions of what came before; those stay
 * readable
 */
export const errorsPass = <T, U>(
  { name, operator, plain }: StreamSubject<T, U>,
  values: readonly T[],
): Verdict => {
  const cut = concat(
    from(values),
    throwError(() => 'cut'),
  ).pipe(operator);
  const { emitted } = traceOf(from(values).pipe(operator), plain);
  const whole = traceOf(cut, plain);
  // A stream that ends by itself, before the error comes, has none.
  const alone = traceOf(concat(from(values), NEVER).pipe(operator), plain).end;
  const expected = { emitted, end: alone === 'open' ? 'error: cut' : alone };
  const claim = { law: 'F-7', subject: name } as const;
  return every([
    () => sameTrace(whole, expected, { ...claim, what: 'an error of the source is not handed on as it is' }),
    () =>
      sameTrace(traceOf(cut, plain, { when: 'late', order: [] }), expected, {
        ...claim,
        what: 'what was told is not readable after an error',
      }),
  ]);
};
