/** Async iterators that release their source at once. All pull sources are built from these. */
import { fail } from '../error.js';

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Throws if an iterator does not give a result object: `undefined` would otherwise be read forever. */
export const requireResult = <R extends IteratorResult<unknown, unknown>>(of: string, result: R): R => {
  const value: unknown = result;
  return typeof value === 'object' && value !== null
    ? result
    : fail({
        operation: 'next',
        what: `${of} did not give an iterator result`,
        got: String(value),
        needed: '{ done, value }',
      });
};

/** The parts of an iterator: how to get the next result, and how to release the source. */
export interface Pulling<T> {
  /** Called for one result at a time, never while an earlier call is pending. A rejection ends the iterator. */
  readonly next: () => Promise<IteratorResult<T, unknown>>;
  /** Called once when the iterator ends for any reason, even while `next` is pending; it should then cancel `next`. */
  readonly release: () => Promise<void> | void;
}

/**
 * An iterator that allows several pending `next` calls, answers in order, and on `return()` settles all pending calls
 * at once. (An async generator would first wait for its pending `next`.)
 */
export const pulling = <T>({ next, release }: Pulling<T>): AsyncIterableIterator<T, undefined, undefined> => {
  let ended = false;
  let last: Promise<void> = Promise.resolve();
  // A set of resolvers, since a race with a promise of the end would keep every result in memory.
  const waiting = new Set<() => void>();

  let released: Promise<void> | undefined;
  /** Every call, also a second one, waits until everything is released. */
  const end = (): Promise<void> => {
    ended = true;
    for (const resolve of waiting) resolve();
    released ??= (async () => release())();
    return released;
  };

  const one = async (answered: () => void): Promise<IteratorResult<T, undefined>> => {
    if (ended) return END;
    try {
      const result = await next();
      answered();
      if (result.done !== true) return result;
    } catch (error) {
      // Before the end settles the pending calls: this one has its own answer.
      answered();
      await end();
      throw error;
    }
    await end();
    return END;
  };

  return {
    next: () =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          resolve(END);
        };
        waiting.add(stop);
        last = last.then(() => one(() => waiting.delete(stop))).then(resolve, reject);
      }),
    return: async () => {
      await end();
      return END;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
};

/**
 * A generator with a signal that is aborted when the consumer stops. Everything that it awaits must obey the signal, so
 * that its `finally` blocks run at once.
 */
export const abortable = <T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, unknown, undefined>,
): AsyncIterable<T> => ({
  [Symbol.asyncIterator]: () => {
    const controller = new AbortController();
    const generator = generate(controller.signal);
    return pulling({
      next: () => generator.next(),
      release: async () => {
        controller.abort();
        await generator.return(undefined);
      },
    });
  },
});
