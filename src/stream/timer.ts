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

/** In place of a result that has not come in time. */
export const TIMED_OUT = Symbol('timed out');

/** The result, or `TIMED_OUT` after so many milliseconds. */
export const withTimeout = async <T>(
  result: Promise<T>,
  milliseconds: number,
): Promise<T | typeof TIMED_OUT> => {
  let cancel = (): void => {};
  const timeout = new Promise<typeof TIMED_OUT>((resolve) => {
    cancel = later(milliseconds, () => {
      resolve(TIMED_OUT);
    });
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    cancel();
  }
};

/** The longest wait that grows by itself, in milliseconds; one that was asked for may be longer. */
const LONGEST_BACKOFF = 30_000;

/**
 * Milliseconds before the next try: `base` after a connection that was of use, twice as long after each one in vain, up
 * to half a minute, and then less by up to a half at random, so that many readers do not come back at once.
 */
export const backoff = (base: number, failures: number): number => {
  if (failures === 0) return base;
  return Math.min(base * 2 ** failures, Math.max(base, LONGEST_BACKOFF)) * (1 - Math.random() / 2);
};
