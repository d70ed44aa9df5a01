/**
 * From push to pull: an async iterable of an Observable, with a policy for values that arrive faster than they are
 * read.
 */
import { Subject } from 'rxjs/internal/Subject';
import { takeUntil } from 'rxjs/internal/operators/takeUntil';
import type { Observable } from 'rxjs';
import { fail } from '../error.js';
import { requireCount, requireOneOf } from '../require.js';
import { pulling } from './async-iterator.js';
import { later, requireMilliseconds } from './timer.js';

/**
 * What to do with values that arrive before they are requested, since an Observable cannot wait:
 * - `latest`: keep the newest value, drop older ones;
 * - `drop`: keep the oldest value, drop newer ones until it is read;
 * - `{ sample: ms }`: like `latest`, but at most one value, the newest, in each period of this many milliseconds;
 * - `{ buffer: n }`: keep up to n values; one more is an error.
 */
export type HoldPolicy = 'latest' | 'drop' | { readonly sample: number } | { readonly buffer: number };

/** A buffer under a policy. */
interface Hold<T> {
  readonly put: (value: T) => void;
  readonly ready: readonly T[];
  readonly take: () => T;
  /** The source has ended: delayed values become ready now. */
  readonly end: () => void;
}

const slot = <T>(put: (ready: T[], value: T) => void): Hold<T> => {
  const ready: T[] = [];
  return {
    ready,
    put: (value) => {
      put(ready, value);
    },
    take: () => ready.shift() as T,
    end: () => {},
  };
};

const latest = <T>(): Hold<T> =>
  slot((ready, value) => {
    ready[0] = value;
  });

const oldest = <T>(): Hold<T> =>
  slot((ready, value) => {
    if (ready.length === 0) ready.push(value);
  });

const upTo = <T>(limit: number): Hold<T> =>
  slot((ready, value) => {
    if (ready.length >= limit)
      fail({
        operation: 'toPull',
        what: 'values arrive faster than they are read',
        got: `${limit + 1} waiting values`,
        needed: `at most ${limit}`,
        hint: "make the step faster or the buffer larger, or choose a policy that drops values: 'latest', 'drop', { sample: ms }",
      });
    ready.push(value);
  });

/** A timer makes the newest value ready; it stops while no values arrive. */
const sampled = <T>(milliseconds: number, wake: () => void): Hold<T> => {
  const fetched = latest<T>();
  let newest: { readonly value: T } | undefined;
  let cancel: (() => void) | undefined;
  const move = (): void => {
    cancel?.();
    cancel = undefined;
    if (newest === undefined) return;
    fetched.put(newest.value);
    newest = undefined;
    wake();
  };
  return {
    ...fetched,
    put: (value) => {
      newest = { value };
      cancel ??= later(milliseconds, move);
    },
    end: move,
  };
};

const holdOf = <T>(policy: HoldPolicy, wake: () => void): Hold<T> => {
  if (policy === 'latest') return latest();
  if (policy === 'drop') return oldest();
  return 'buffer' in policy ? upTo(policy.buffer) : sampled(policy.sample, wake);
};

/** Throws if the policy or a number in it is invalid. */
export const requirePolicy = (policy: HoldPolicy): void => {
  if (typeof policy !== 'object' || policy === null)
    requireOneOf('toPull', 'policy', policy, ['latest', 'drop']);
  else if ('buffer' in policy) requireCount('toPull', 'buffer', policy.buffer);
  else requireMilliseconds('toPull', 'sample', policy.sample);
};

/**
 * Makes an async iterable of an Observable. A push source cannot wait, so an explicit overflow policy is required.
 * Subscribes at the first `next()`, and unsubscribes at `return()`. At the end or at an error, buffered values are
 * delivered first; with `sample` also the last value.
 *
 * Throws if the policy is invalid; while running, a `ParalensError` if a buffer is full. Laws: F-1,
 * F-3, F-4, F-6 to F-9, F-13.
 *
 * @example
 * const measured = toPull(interval(10), { buffer: 1000 });
 * for await (const value of measured) if (value === 2) break;
 */
export const toPull = <T>(observable: Observable<T>, policy: HoldPolicy): AsyncIterable<T> => {
  requirePolicy(policy);
  return {
    [Symbol.asyncIterator]: () => {
      const over = new Subject<void>();
      let started = false;
      let ended: { readonly error?: unknown } | undefined;
      let wake = (): void => {};
      const hold = holdOf<T>(policy, () => {
        wake();
      });

      const end = (how: { readonly error?: unknown }): void => {
        if (ended !== undefined) return;
        ended = how;
        hold.end();
        // This also works while the source is still in its subscribe function, before there is a subscription.
        over.next();
        wake();
      };

      const start = (): void => {
        started = true;
        observable.pipe(takeUntil(over)).subscribe({
          next: (value) => {
            try {
              hold.put(value);
              wake();
            } catch (error) {
              end({ error });
            }
          },
          error: (error: unknown) => {
            end({ error });
          },
          complete: () => {
            end({});
          },
        });
      };

      const next = async (): Promise<IteratorResult<T, undefined>> => {
        if (!started) start();
        while (hold.ready.length === 0) {
          if (ended !== undefined && 'error' in ended) throw ended.error;
          if (ended !== undefined) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        return { done: false, value: hold.take() };
      };

      return pulling({
        next,
        release: () => {
          end({});
        },
      });
    },
  };
};
