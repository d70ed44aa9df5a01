/** The wait before a lost connection is tried again. */

/** The longest wait that grows by itself, in milliseconds; one that was asked for may be longer. */
const LONGEST = 30_000;

/**
 * Milliseconds before the next try: `base` after a connection that was of use, twice as long after each one in vain, up
 * to half a minute, and then less by up to a half at random, so that many readers do not come back at once.
 */
export const waitBefore = (base: number, inVain: number): number => {
  if (inVain === 0) return base;
  return Math.min(base * 2 ** inVain, Math.max(base, LONGEST)) * (1 - Math.random() / 2);
};
