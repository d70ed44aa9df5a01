/** Asynchronous functions that must not run twice at once. */

/** What is under way at places by their names, for as long as it is; the places belong to an object. */
const pendingCalls = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Makes functions wait for each other: each call begins when those at the same place that were made before have ended,
 * however they ended. A place is a name of `owner`, such as a folder of the process, so what is made twice for one place
 * waits for each other too: a run that begins finds what the one before it saved last.
 */
export const mutexAt =
  (owner: object, place: string) =>
  <A, B>(f: (a: A) => Promise<B>): ((a: A) => Promise<B>) =>
  (a) => {
    const places = pendingCalls.get(owner) ?? new Map<string, Promise<unknown>>();
    pendingCalls.set(owner, places);
    const before = places.get(place);
    const result = before === undefined ? f(a) : before.then(() => f(a));
    const over: Promise<void> = result.then(
      () => forget(),
      () => forget(),
    );
    const forget = (): void => {
      if (places.get(place) === over) places.delete(place);
    };
    places.set(place, over);
    return result;
  };
