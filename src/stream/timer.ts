/** Waiting, for any length of time: platforms take 2³¹ ms and more, or what is no number, for 1 ms. */
import { requireNumber } from '../require.js';

/** The longest time that a timer of the platform takes: some 24.8 days. */
const LONGEST = 2 ** 31 - 1;

/** Throws unless `got` is a finite number of milliseconds, 0 or more. */
export const requireMilliseconds = (operation: string, option: string, got: number): void => {
  requireNumber(operation, option, got, '[0, ∞)');
};

/** Acts once after so many milliseconds, however many; gives what cancels it. */
export const later = (milliseconds: number, act: () => void): (() => void) => {
  let left = milliseconds;
  let timer: ReturnType<typeof setTimeout>;
  const wait = (): void => {
    const piece = Math.min(left, LONGEST);
    left -= piece;
    timer = setTimeout(left > 0 ? wait : act, piece);
  };
  wait();
  return () => {
    clearTimeout(timer);
  };
};

/** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      // An AbortError unless somebody has given another reason.
      reject(signal.reason as Error);
    };
    const cancel = later(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
