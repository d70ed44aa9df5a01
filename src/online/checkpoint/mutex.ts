/** A mutex for asynchronous functions. */

/** The pending calls by owner and place. */
const pendingCalls = new WeakMap<object, Map<string, Promise<unknown>>>();

/**
 * Serializes calls: each call starts when all earlier calls for the same place have settled. A place is a name of
 * `owner`, such as a folder, so two stores for the same place also wait for each other: a new run finds the last save
 * of the one before.
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
