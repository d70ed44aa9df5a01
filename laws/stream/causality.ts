/** F-3: what has been emitted depends on what has come, and on nothing that is still to come. */
import { from, Subject, take } from 'rxjs';
import { same } from '../base/compare.js';
import { bitwise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { inVirtualTime, sameTrace, type StreamSubject, traceOf } from './trace.js';

export interface Prefix<T> {
  readonly values: readonly T[];
  /** What comes in place of those after the first k. */
  readonly others: readonly T[];
  readonly k: number;
}

/**
 * F-3. take k of the trace ≡ the trace of take k, whatever would have come after
 */
export const causal = <T, U>(
  { name, operator, plain }: StreamSubject<T, U>,
  { values, others, k: wanted }: Prefix<T>,
): Verdict => {
  const first = values.slice(0, wanted);
  const k = first.length;
  const taken = traceOf(from(values).pipe(operator, take(k)), plain);
  const claim = { law: 'F-3', subject: name, hint: 'a value that is still to come was looked at' } as const;
  return every([
    () =>
      sameTrace(taken, traceOf(from(first).pipe(operator, take(k)), plain), {
        ...claim,
        what: `the first ${k} of a run are not the run over the first ${k}`,
      }),
    () =>
      sameTrace(taken, traceOf(from([...first, ...others]).pipe(operator, take(k)), plain), {
        ...claim,
        what: `the first ${k} depend on what comes after them`,
      }),
  ]);
};

/**
 * F-3. An emission comes with its value, not before and not later: after i values, i emissions, up to the end
 */
export const onTime = <T, U>(
  { name, operator, plain }: StreamSubject<T, U>,
  values: readonly T[],
): Verdict => {
  const total = traceOf(from(values).pipe(operator), plain).emitted.length;
  const counts = inVirtualTime(() => {
    const source = new Subject<T>();
    let emitted = 0;
    // An error is some other law's affair.
    const subscription = source.pipe(operator).subscribe({ next: () => emitted++, error: () => undefined });
    const after = values.map((value) => {
      source.next(value);
      return emitted;
    });
    subscription.unsubscribe();
    return after;
  });
  return same(
    bitwise,
    { emitted: Int32Array.from(counts) },
    { emitted: Int32Array.from(values, (_, i) => Math.min(i + 1, total)) },
    {
      law: 'F-3',
      subject: name,
      what: 'emissions do not come with their values',
      hint: 'something is kept back, or fetched ahead',
    },
  );
};
