/** Iterables and Observables as sources; the position is a count. */
import type { Observable } from 'rxjs';
import { mapPulled } from '../../stream/map-pulled.js';
import { abortable } from '../../stream/async-iterator.js';
import { type HoldPolicy, toPull } from '../../stream/to-pull.js';
import { turns } from '../../stream/event-loop.js';
import { countCodec, type Received, type Source } from './source.js';

/** The largest number of records in one array. */
const TOGETHER = 256;

async function* inArrays<A>(
  values: Iterable<A>,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Received<A, number>[], void, undefined> {
  const due = turns();
  let position = 0;
  let records: Received<A, number>[] = [];
  for (const value of values) {
    position += 1;
    if (position > after) records.push({ value, position });
    if (position % TOGETHER === 0) {
      // Skipping must not block the event loop.
      const turn = due();
      if (turn !== undefined) await turn;
      // The consumer has stopped, and skipping may never end.
      if (signal.aborted) return;
    }
    if (records.length < TOGETHER) continue;
    yield records;
    records = [];
  }
  if (records.length > 0) yield records;
}

/**
 * A source of the values of an iterable, synchronous or asynchronous. The position is the number of values: to resume,
 * the iterable is read from its start and that many values are skipped. So it must give the same values again; a partly
 * consumed generator does not.
 *
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23, if the iterable gives the same values each time.
 *
 * @example
 * const source = iterableSource('three', [10, 20, 30]);
 * for await (const [next] of source.open(1)) console.log(next); // { value: 20, position: 2 }
 */
export const iterableSource = <A>(
  name: string,
  values: Iterable<A> | AsyncIterable<A>,
): Source<A, number> => ({
  name,
  position: countCodec,
  open: (after = 0) =>
    Symbol.asyncIterator in values
      ? mapPulled(values, (value, index) => (index < after ? [] : [{ value, position: index + 1 }]))
      : abortable((signal) => inArrays(values, after, signal)),
});

/**
 * A source of the values of an Observable, with an overflow policy. The position is the number of values: to resume, it
 * subscribes again and skips that many, which is only correct for a cold Observable with a policy that drops nothing
 * (`{ buffer: n }`).
 *
 * @example
 * const source = observableSource('clock', interval(1000), 'latest');
 */
export const observableSource = <A>(
  name: string,
  observable: Observable<A>,
  policy: HoldPolicy,
): Source<A, number> => iterableSource(name, toPull(observable, policy));
