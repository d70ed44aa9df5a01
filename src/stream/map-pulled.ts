/** Asynchronous maps and folds over async iterables, strictly one step after the other. */
import { pulling, requireResult } from './async-iterator.js';

/**
 * The iterator of a source. `return` is called at most once, and not after the source has ended. After it nothing is
 * requested.
 */
export const closeOnce = <A>(source: AsyncIterable<A>) => {
  const iterator = source[Symbol.asyncIterator]();
  let open = true;
  return {
    next: async (): Promise<IteratorResult<A, unknown>> => {
      if (!open) return { done: true, value: undefined };
      try {
        const result = requireResult('the source', await iterator.next());
        if (result.done === true) open = false;
        return result;
      } catch (error) {
        open = false;
        throw error;
      }
    },
    release: async (): Promise<void> => {
      if (!open) return;
      open = false;
      await iterator.return?.();
    },
  };
};

/**
 * Maps the values of a source with an asynchronous function. A value is read when a result is requested, and no step
 * starts before the last has ended, so the results are those of a synchronous map. An error of the source or the
 * function ends both. `return()` reaches the source at once.
 *
 * Laws: F-1, F-3, F-4, F-6 to F-9, F-13.
 *
 * @example
 * const scores = mapPulled(examples, async (example) => await scoreOf(example));
 */
export const mapPulled = <A, B>(
  source: AsyncIterable<A>,
  step: (value: A, index: number) => Promise<B> | B,
): AsyncIterable<B> => ({
  [Symbol.asyncIterator]: () => {
    const { next, release } = closeOnce(source);
    let index = 0;
    return pulling({
      next: async (): Promise<IteratorResult<B, unknown>> => {
        const result = await next();
        return result.done === true ? result : { done: false, value: await step(result.value, index++) };
      },
      release,
    });
  },
});

/**
 * A fold with an asynchronous step: emits every state after the initial one, in order. The same values as `scan` of
 * rxjs.
 *
 * Laws: F-1, F-3, F-4, F-6 to F-9, F-13.
 *
 * @example
 * const totals = scanPulled(examples, async (total, example) => total + (await scoreOf(example)), 0);
 */
export const scanPulled = <A, S>(
  source: AsyncIterable<A>,
  step: (state: S, value: A, index: number) => Promise<S> | S,
  initial: S,
): AsyncIterable<S> => ({
  [Symbol.asyncIterator]: () => {
    let state = initial;
    const states = mapPulled(source, async (value, index) => (state = await step(state, value, index)));
    return states[Symbol.asyncIterator]();
  },
});
