/** Yielding to the event loop, so that timers, input and unsubscribing can run between steps. */

/** How long steps may run without a turn of the event loop, in milliseconds: one frame of a screen. */
const TURN_EVERY = 16;

/** Resolves after a turn of the event loop. A timer would wait for one to four milliseconds. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });

/**
 * Makes a function to call before each step: it returns a turn to await if the last was at least 16 ms ago, else
 * `undefined`.
 */
export const turns = (): (() => Promise<void> | undefined) => {
  let last = performance.now();
  return () => {
    if (performance.now() - last < TURN_EVERY) return undefined;
    return turn().then(() => {
      last = performance.now();
    });
  };
};

/** The same values as an async generator that yields to the event loop at least every 16 ms. */
export async function* withTurns<T>(values: Iterable<T>): AsyncGenerator<T, void, undefined> {
  const due = turns();
  for (const value of values) {
    const wait = due();
    if (wait !== undefined) await wait;
    yield value;
  }
}
