/** From what is pulled to what is pushed: an Observable that asks no faster than it is heard. */
import { Observable } from 'rxjs';
import { requireCount } from '../require.js';
import { requireResult } from './async-iterator.js';
import { turns } from './event-loop.js';

export interface FromPullOptions {
  /** How many values may be ready, or asked for, while the consumer is at work on one. */
  readonly prefetch?: number;
}

/**
 * An Observable of what is pulled. While a subscriber is at work on a value, up to `prefetch` further ones (2 unless
 * told otherwise) are asked for, one at a time: the source is never further ahead, so a slow step holds it back. Work
 * that ends later than the subscriber's function returns belongs into `mapPulled`, before this.
 *
 * Values come in order, an error after the values before it. Unsubscribing calls `return()` of the source at once,
 * also while a `next()` is pending, where `from` of rxjs waits for one more value. The event loop has its turns. Each
 * subscription goes through the source anew. Throws if `prefetch` is not a positive integer.
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
        // First the next one is asked for, then this one is worked on.
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
      // Nobody listens any more; rxjs has a hook for what goes wrong then, `config.onStoppedNotification`.
      release().catch((error: unknown) => {
        subscriber.error(error);
      });
    };
  });
};
