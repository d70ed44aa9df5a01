/**
 * Threefry-2x32 with 20 rounds, a counter-based random function.
 *
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 * The test holds it against the known-answer vectors that the authors published with Random123.
 */

/** The parity word of the key schedule: C240 = 0x1BD11BDA in its 32-bit form. */
export const PARITY = 0x1bd11bda;

/** The rotations of the eight rounds after which they repeat. */
export const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** Encrypts the counter words (x0, x1) under the key words (k0, k1); all are unsigned 32-bit. */
export const threefry2x32 = (k0: number, k1: number, x0: number, x1: number): readonly [number, number] => {
  const schedule = [k0, k1, k0 ^ k1 ^ PARITY];
  const word = (i: number): number => schedule[i % 3] ?? 0;
  let a = (x0 + word(0)) | 0;
  let b = (x1 + word(1)) | 0;
  for (let round = 0; round < 20; round++) {
    a = (a + b) | 0;
    b = rotate(b, ROTATIONS[(round % 8) as 0]) ^ a;
    if (round % 4 === 3) {
      // After every fourth round the next words of the schedule and the count of injections are added.
      const injection = (round + 1) / 4;
      a = (a + word(injection)) | 0;
      b = (b + word(injection + 1) + injection) | 0;
    }
  }
  return [a >>> 0, b >>> 0];
};
