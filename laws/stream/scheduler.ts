/** F-5: when values come, and on which scheduler, changes nothing of what is told. */
import {
  asapScheduler,
  asyncScheduler,
  concatMap,
  delay,
  from,
  type Observable,
  observeOn,
  of,
  queueScheduler,
  scheduled,
} from 'rxjs';
import { every, type Verdict } from '../base/verdict.js';
import { sameTrace, type StreamSubject, traceOf } from './trace.js';

/** Ways for values to come. `gaps` are the times between them; 0 is at the next turn. */
const arrivals: {
  readonly [name: string]: <T>(values: readonly T[], gaps: readonly number[]) => Observable<T>;
} = {
  asap: (values) => scheduled(values, asapScheduler),
  async: (values) => scheduled(values, asyncScheduler),
  queue: (values) => scheduled(values, queueScheduler),
  'handed on by async': (values) => from(values).pipe(observeOn(asyncScheduler)),
  'one now and then': (values, gaps) =>
    from(values).pipe(concatMap((value, i) => of(value).pipe(delay(gaps[i % gaps.length] ?? 0)))),
};

/**
 * F-5. The trace of a stream ≡ that of its values one after the other, whichever scheduler they come by, and
 * whichever the emissions go on by
 */
export const schedulerInvariant = <T, U>(
  { name, operator, plain }: StreamSubject<T, U>,
  values: readonly T[],
  gaps: readonly number[],
): Verdict => {
  const expected = traceOf(from(values).pipe(operator), plain);
  const claim = {
    law: 'F-5',
    subject: name,
    hint: 'a step was begun before the one before it was done',
  } as const;
  return every([
    ...Object.entries(arrivals).map(([way, arrive]) => () => {
      const stream = arrive(values, gaps).pipe(operator);
      return sameTrace(traceOf(stream, plain), expected, {
        ...claim,
        what: `values that come otherwise (${way}) give another trace`,
      });
    }),
    () =>
      sameTrace(traceOf(from(values).pipe(operator, observeOn(asapScheduler)), plain), expected, {
        ...claim,
        what: 'emissions that are looked at later (asap) are others',
      }),
  ]);
};
