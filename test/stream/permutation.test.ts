/** Shuffles are permutations, decided by key and epoch, each as likely as any other. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { permutation } from '../../src/random/permutation.js';

const word = fc.nat({ max: 2 ** 32 - 1 });

test('a shuffle has every number once, and depends only on key and epoch', () => {
  fc.assert(
    fc.property(word, word, fc.nat(), fc.nat(300), (k0, k1, epoch, size) => {
      const order = permutation([k0, k1], epoch, size);
      expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
      expect(permutation([k0, k1], epoch, size)).toEqual(order);
    }),
  );
});

test('epochs and keys differ', () => {
  const order = (k1: number, epoch: number): string => permutation([0, k1], epoch, 100).join();
  const orders = [order(1, 0), order(1, 1), order(1, 2 ** 32), order(2, 0), order(2, 1)];
  expect(new Set(orders).size).toBe(orders.length);
});

test('each of the 24 orders of four numbers is as likely as any other', () => {
  const counts = new Map<string, number>();
  const draws = 24_000;
  for (let epoch = 0; epoch < draws; epoch++) {
    const order = permutation([3, 4], epoch, 4).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const each = draws / 24;
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
  // The 0.999 quantile of the χ² distribution with 23 degrees of freedom.
  expect(chiSquared).toBeLessThan(49.73);
});
