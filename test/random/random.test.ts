/** Random numbers: what a key decides, and what their distribution must be. */
import { expect, test } from 'vitest';
import { advance, evaluate, key, split } from 'paralens';
import { normal, uniform } from 'paralens/operation';

const mean = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};

test('a key decides its numbers, and another seed gives others', () => {
  const of = (seed: number) => evaluate(uniform(key(seed), [100])).data;
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});

test('keys advance additively', () => {
  const from = key(7);
  expect(evaluate(advance(advance(from, 2), 3))).toEqual(evaluate(advance(from, 5)));
});

test('split keys give unrelated numbers', () => {
  const [first = key(0), second = key(0)] = split(key(3), 2);
  const [a, b] = [evaluate(normal(first, [4000])).data, evaluate(normal(second, [4000])).data];
  // The correlation of n independent pairs has a deviation of 1/√n: 4 of them is one chance in 16,000.
  expect(Math.abs(mean(a.map((x, i) => x * (b[i] ?? 0))))).toBeLessThan(4 / Math.sqrt(4000));
});

test('uniform numbers lie in [low, high) with the mean and variance of theirs', () => {
  const { data } = evaluate(uniform(key(5), [10_000], -1, 3));
  expect(data.every((x) => x >= -1 && x < 3)).toBe(true);
  expect(Math.abs(mean(data) - 1)).toBeLessThan((4 * (4 / Math.sqrt(12))) / 100);
  expect(Math.abs(mean(data.map((x) => (x - 1) ** 2)) - 16 / 12)).toBeLessThan(0.05);
});

test('normal numbers have mean 0, variance 1 and the tails of theirs', () => {
  const { data } = evaluate(normal(key(6), [10_000]));
  expect(data.every(Number.isFinite)).toBe(true);
  expect(Math.abs(mean(data))).toBeLessThan(0.04);
  expect(Math.abs(mean(data.map((x) => x * x)) - 1)).toBeLessThan(0.06);
  expect(Math.abs(data.filter((x) => Math.abs(x) > 2).length / 10_000 - 0.0455)).toBeLessThan(0.0084);
});
