/** A process that is asked to end, as an `AbortSignal`. */

/**
 * A signal that aborts when the process gets one of these, SIGTERM and SIGINT unless others are named. The process
 * then ends when its work is done, for which this gives it the time; a second signal ends it at once, as ever.
 *
 * @example
 * const ending = shutdown('SIGUSR2');
 * ending.aborted; // false
 */
export const shutdown = (...names: readonly NodeJS.Signals[]): AbortSignal => {
  const controller = new AbortController();
  const asked = names.length === 0 ? (['SIGTERM', 'SIGINT'] as const) : names;
  const abort = (name: NodeJS.Signals): void => {
    for (const each of asked) process.off(each, abort);
    controller.abort(new Error(`the process got ${name}`));
  };
  for (const name of asked) process.on(name, abort);
  return controller.signal;
};
