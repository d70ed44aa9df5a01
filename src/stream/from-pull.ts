/** From pull to push: an Observable of an async iterable, with backpressure. */
import { Observable } from 'rxjs';
import { requireCount } from '../require.js';
import { requireResult } from './async-iterator.js';
import { turns } from './event-loop.js';

export interface FromPullOptions {
  /** The number of values that may be requested ahead while the consumer works on one; default: 2. */
  readonly prefetch?: number;
}

/**
 * An Observable of an async iterable. While the subscriber works on a value, up to `prefetch` further values are
 * requested, one at a time, so a slow subscriber slows the source down. Put asynchronous work in `mapPulled` before
 * this operator.
 *
 * Values come in order, and an error after the values before it. Unsubscribing calls `return()` of the source at once,
 * even while a `next()` is pending (`from` of rxjs waits for one more value). It yields to the event loop regularly.
 * Each subscription iterates the source again. Throws if `prefetch` is not a positive integer.
 *
 * Laws: F-1, F-3 to F-9, F-13.
 *
 * @example
 * fromPull(batchesOf(examples, { size: 32 }), { prefetch: 4 }).pipe(train(mnist, { key: key(1) }));
 */
export const fromPull = <T>(
  source: AsyncIterable<T>,
  { prefetch = 2 }: FromPullOptions = {},
): Observable<T> => {
  requireCount('fromPull', 'prefetch', prefetch);
  return new Observable((subscriber) => {
    const iterator = source[Symbol.asyncIterator]();
    const due = turns();
    const ready: T[] = [];
    let asking = false;
    let delivering = false;
    let ended: { readonly error?: unknown } | undefined;

    const ask = async (): Promise<void> => {
      while (ended === undefined && !asking && !subscriber.closed && ready.length < prefetch) {
        asking = true;
        try {
          const result = requireResult('the source', await iterator.next());
          if (result.done === true) ended = {};
          else ready.push(result.value);
        } catch (error) {
          ended = { error };
        }
        asking = false;
        void deliver();
      }
    };

    const deliver = async (): Promise<void> => {
      if (delivering) return;
      delivering = true;
      for (;;) {
        const wait = due();
        if (wait !== undefined) await wait;
        const [value] = ready;
        if (ready.length === 0 || subscriber.closed) break;
        ready.shift();
        // The next value is requested before the subscriber works on this one.
        void ask();
        subscriber.next(value as T);
      }
      delivering = false;
      if (ended === undefined || ready.length > 0) return;
      if ('error' in ended) subscriber.error(ended.error);
      else subscriber.complete();
    };

    void ask();
    return () => {
      if (ended !== undefined) return;
      ended = {};
      const release = async (): Promise<unknown> => iterator.return?.();
      // There is no subscriber any more; the error goes to `config.onStoppedNotification` of rxjs.
      release().catch((error: unknown) => {
        subscriber.error(error);
      });
    };
  });
};
