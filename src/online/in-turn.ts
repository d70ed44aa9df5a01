/** Asynchronous functions that must not run twice at once. */

/** The same function, each call begun when the one before has ended, however it ended. */
export const inTurn = <A, B>(f: (a: A) => Promise<B>): ((a: A) => Promise<B>) => {
  let before: Promise<unknown> = Promise.resolve();
  return (a) => {
    const result = before.then(() => f(a));
    before = result.catch(() => undefined);
    return result;
  };
};
