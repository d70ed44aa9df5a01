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

/**
 * The same values, pulled one at a time; before a value the event loop has its turn when the last was 16 ms
 * ago or more.
 */
export async function* withTurns<T>(values: Iterable<T>): AsyncGenerator<T, void, undefined> {
  let last = performance.now();
  for (const value of values) {
    if (performance.now() - last >= TURN_EVERY) {
      await turn();
      last = performance.now();
    }
    yield value;
  }
}
