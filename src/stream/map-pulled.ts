/** Asynchronous steps over what is pulled: strictly one after the other. */
import { pulling, requireResult } from './async-iterator.js';

/**
 * The iterator of a source, told to `return` at most once and not when it has ended by itself. It is asked nothing more
 * when it has been let go of.
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
 * The values of a source, each through a step that may take its time. A value is asked for when a result is asked
 * for, and no step begins before the last one has ended, however many results are asked for at once: what comes out
 * is what a synchronous map gives. An error of the source or of a step is passed on and ends both; `return()` reaches
 * the source at once.
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
 * A fold whose step may take its time: every state after the first, in order, each from the one before. The pulled,
 * asynchronous form of the `scan` of rxjs, and the same values.
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
