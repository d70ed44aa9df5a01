/** Timers of any length. Timers of the platform treat 2³¹ ms and more, or NaN, as 1 ms. */
import { requireNumber } from '../require.js';

/** The longest timer of the platform, in milliseconds: about 24.8 days. */
const LONGEST = 2 ** 31 - 1;

/** Throws unless `got` is a finite number of milliseconds ≥ 0. */
export const requireMilliseconds = (operation: string, option: string, got: number): void => {
  requireNumber(operation, option, got, '[0, ∞)');
};

/** Calls `act` once after any number of milliseconds. Returns a function that cancels it. */
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

/** Resolves after this many milliseconds. Rejects with the signal's reason as soon as the signal is aborted. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      // An AbortError unless the caller gave another reason.
      reject(signal.reason as Error);
    };
    const cancel = later(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

/** Stands for a result that did not arrive in time. */
export const TIMED_OUT = Symbol('timed out');

/** The result, or `TIMED_OUT` after this many milliseconds. */
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

/** The limit of the growing wait, in milliseconds; a larger `base` is used as it is. */
const LONGEST_BACKOFF = 30_000;

/**
 * Milliseconds before the next attempt: exponential backoff from `base`, doubled after each failure up to 30 s, minus
 * up to half of it at random, so that many clients do not reconnect at the same time.
 */
export const backoff = (base: number, failures: number): number => {
  if (failures === 0) return base;
  return Math.min(base * 2 ** failures, Math.max(base, LONGEST_BACKOFF)) * (1 - Math.random() / 2);
};
