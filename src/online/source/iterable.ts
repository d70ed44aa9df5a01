/** Anything that can be gone through, as a source whose position is a count. */
import type { Observable } from 'rxjs';
import { mapPulled } from '../../stream/map-pulled.js';
import { abortable } from '../../stream/async-iterator.js';
import { type HoldPolicy, toPull } from '../../stream/to-pull.js';
import { turns } from '../../stream/event-loop.js';
import { countCodec, type Received, type Source } from './source.js';

/** Records handed on at once, where they are there already. */
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
      // What is left out, or slow to come, must not keep others waiting.
      const turn = due();
      if (turn !== undefined) await turn;
      // Nobody asks any more, while there may be no end to what is left out.
      if (signal.aborted) return;
    }
    if (records.length < TOGETHER) continue;
    yield records;
    records = [];
  }
  if (records.length > 0) yield records;
}

/**
 * The values of an iterable, synchronous or not. The position is how many there were: to go on after it, the iterable
 * is gone through from its start and so many are left out. So it has to give the same again, or what was before is
 * not what it was; a generator that is half used does not.
 *
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23, where the iterable gives the same each time.
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
 * The values of an Observable, under a policy for those that come faster than they are asked for. The position is how
 * many there were: opened after it, it subscribes anew and leaves so many out, which is right of a cold Observable
 * that loses none (`{ buffer: n }`) and of no other.
 *
 * @example
 * const source = observableSource('clock', interval(1000), 'latest');
 */
export const observableSource = <A>(
  name: string,
  observable: Observable<A>,
  policy: HoldPolicy,
): Source<A, number> => iterableSource(name, toPull(observable, policy));
