/** Turns of the event loop: what lets timers, input and unsubscribing come in between steps. */

/** How long steps may run on end, in milliseconds: a frame of a screen. */
const TURN_EVERY = 16;

/** Resolves when the event loop has gone round. A timer would do, but timers wait for a millisecond or four. */
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

/** A function to call before each step: a turn to wait for when the last was 16 ms ago or more, or else nothing. */
export const turns = (): (() => Promise<void> | undefined) => {
  let last = performance.now();
  return () => {
    if (performance.now() - last < TURN_EVERY) return undefined;
    return turn().then(() => {
      last = performance.now();
    });
  };
};

/**
 * The same values, pulled one at a time; before a value the event loop has its turn when the last was 16 ms
 * ago or more.
 */
export async function* withTurns<T>(values: Iterable<T>): AsyncGenerator<T, void, undefined> {
  const due = turns();
  for (const value of values) {
    const wait = due();
    if (wait !== undefined) await wait;
    yield value;
  }
}
