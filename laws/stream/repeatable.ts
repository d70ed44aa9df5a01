/** F-4: a stream that is subscribed to again tells the same again; subscriptions have nothing in common. */
import { defer, from, Subject } from 'rxjs';
import { every, type Verdict } from '../base/verdict.js';
import { inVirtualTime, sameTrace, type StreamSubject, type Trace, traceOf } from './trace.js';

/** The traces of two subscriptions that go on by turns. */
const interleaved = <T, U>(
  { operator, plain }: StreamSubject<T, U>,
  values: readonly T[],
): readonly [Trace, Trace] => {
  const sources: Subject<T>[] = [];
  const stream = defer(() => {
    const source = new Subject<T>();
    sources.push(source);
    return source;
  }).pipe(operator);
  const traces = [0, 1].map(() => ({ emitted: [] as unknown[], end: 'open' }));
  inVirtualTime(() => {
    for (const trace of traces)
      stream.subscribe({
        next: (emission) => trace.emitted.push(plain(emission)),
        error: (error) => (trace.end = `error: ${String(error)}`),
        complete: () => (trace.end = 'complete'),
      });
    for (const value of values) for (const source of sources) source.next(value);
    for (const source of sources) source.complete();
  });
  const [one = { emitted: [], end: 'never' }, other = one] = traces;
  return [one, other];
};

/**
 * F-4. A second subscription ≡ the first, after it and beside it
 */
export const repeats = <T, U>(subject: StreamSubject<T, U>, values: readonly T[]): Verdict => {
  const { name, operator, plain } = subject;
  const stream = from(values).pipe(operator);
  const first = traceOf(stream, plain);
  const claim = {
    law: 'F-4',
    subject: name,
    hint: 'something is kept outside of the subscription: make it in defer, from the seed',
  } as const;
  return every([
    () =>
      sameTrace(traceOf(stream, plain), first, {
        ...claim,
        what: 'a second subscription tells something else',
      }),
    ...([0, 1] as const).map((i) => () => {
      const trace = interleaved(subject, values)[i];
      return sameTrace(trace, first, {
        ...claim,
        what: `of two subscriptions by turns, the ${i === 0 ? 'first' : 'second'} tells something else`,
      });
    }),
  ]);
};
