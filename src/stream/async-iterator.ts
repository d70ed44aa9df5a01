/** Iterators that let go at once: the one shape of everything that is pulled here. */
import { fail } from '../error.js';

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Throws if an iterator gives something else than a result, such as `undefined`, which would otherwise be asked for ever. */
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

/** What makes an iterator: how the next result comes about, and what is let go of when nobody asks any more. */
export interface Pulling<T> {
  /** Called for one result after another, never while an earlier call is pending; to reject is to end. */
  readonly next: () => Promise<IteratorResult<T, unknown>>;
  /** Called once, at the end of whichever kind it is, also while `next` is pending: which it should then cut short. */
  readonly release: () => Promise<void> | void;
}

/**
 * An iterator that may be asked several times on end, answers in order, and on `return()` settles at once what is
 * still waiting. (An async generator would first wait for its pending `next`, and so would who asks it to stop.)
 */
export const pulling = <T>({ next, release }: Pulling<T>): AsyncIterableIterator<T, undefined, undefined> => {
  let ended = false;
  let last: Promise<void> = Promise.resolve();
  // A set of resolvers and no race against a promise of the end: that would hold on to every result there was.
  const waiting = new Set<() => void>();

  let released: Promise<void> | undefined;
  /** Whoever ends it, also a second time, waits until all is let go of. */
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
      // Before the end settles what waits: this one has an answer of its own.
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
 * A generator that is told by a signal when nobody asks any more. Whatever it waits for has to heed the signal: then
 * its `finally` blocks run at once.
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
