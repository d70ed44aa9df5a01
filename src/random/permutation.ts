/** Shuffles that are decided by a key and the number of an epoch. */
import { threefry2x32 } from './threefry.js';

/** The words of a random key. */
export type KeyWords = readonly [number, number];

/** Random 32-bit words, one after the other: each block of two is the counter encrypted under the key. */
const wordsOf = ([k0, k1]: KeyWords): (() => number) => {
  let counter = 0;
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const word = spare;
      spare = undefined;
      return word;
    }
    const [first, second] = threefry2x32(k0, k1, Math.floor(counter / 2 ** 32), counter >>> 0);
    counter += 1;
    spare = second;
    return first;
  };
};

/** A whole number from 0 to below `bound`, each as likely: words above the last full round are drawn again. */
const below = (draw: () => number, bound: number): number => {
  const limit = 2 ** 32 - (2 ** 32 % bound);
  let word = draw();
  while (word >= limit) word = draw();
  return word % bound;
};

/**
 * The numbers from 0 to below `size` in an order that key and epoch decide; epochs have unrelated orders,
 * and every order is as likely as any other, as far as 64 bits of key tell them apart.
 *
 * Source: R. Durstenfeld, "Algorithm 235: random permutation" (CACM 7, 1964), the Fisher–Yates shuffle.
 *
 * @example
 * permutation([0, 42], 0, 5); // Uint32Array of 0 … 4, shuffled
 */
export const permutation = ([k0, k1]: KeyWords, epoch: number, size: number): Uint32Array => {
  const draw = wordsOf(threefry2x32(k0, k1, Math.floor(epoch / 2 ** 32), epoch >>> 0));
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  for (let last = size - 1; last > 0; last--) {
    const chosen = below(draw, last + 1);
    const moved = order[last] ?? 0;
    order[last] = order[chosen] ?? 0;
    order[chosen] = moved;
  }
  return order;
};
