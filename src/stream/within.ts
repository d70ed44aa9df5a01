/** Waiting for a result no longer than so long. */
import { later } from './timer.js';

/** In place of a result that has not come in time. */
export const LATE = Symbol('late');

/** The result, or `LATE` after so many milliseconds. */
export const within = async <T>(result: Promise<T>, milliseconds: number): Promise<T | typeof LATE> => {
  let cancel = (): void => {};
  const late = new Promise<typeof LATE>((resolve) => {
    cancel = later(milliseconds, () => {
      resolve(LATE);
    });
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    cancel();
  }
};
