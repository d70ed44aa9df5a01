/** Random numbers: what a key decides, and what their distribution must be. */
import { expect, test } from 'vitest';
import { dropout, evaluate, key, wasm } from 'paralens';
import { reference } from 'paralens/program';
import { advance, full, normal, split, uniform } from 'paralens/operation';
import { uniformInitializer } from '../../src/layer/initializer.js';

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

test('uniform numbers lie in [low, high) with the right mean and variance', () => {
  const { data } = evaluate(uniform(key(5), [10_000], -1, 3));
  expect(data.every((x) => x >= -1 && x < 3)).toBe(true);
  expect(Math.abs(mean(data) - 1)).toBeLessThan((4 * (4 / Math.sqrt(12))) / 100);
  expect(Math.abs(mean(data.map((x) => (x - 1) ** 2)) - 16 / 12)).toBeLessThan(0.05);
});

test.each([
  [1000, 1001],
  [0.1, 0.3],
  [0.7, 0.8],
  [-1, -0.25],
  [1e7, 1e7 + 2],
  [-3.4e38, 3.4e38],
  [0, 2 ** -149],
  [-(2 ** -149), 2 ** -149],
  [16777216, 16777218],
  [1, 1 + 1e-9],
] as const)('uniform numbers from %d are never %d', (low, high) => {
  // Both have the same bits of a key, and one of them is quick.
  for (const [backend, count] of [
    [reference(), 2 ** 11],
    [wasm(), 2 ** 17],
  ] as const)
    for (const make of [
      () => uniform(key(7), [count], low, high),
      () => uniformInitializer(low, high)(key(7), [count]),
    ]) {
      const { data } = evaluate(make(), { backend });
      expect(data.findIndex((x) => !(x >= low && x < high))).toBe(-1);
    }
});

test('uniform numbers from an empty interval are refused', () => {
  for (const [low, high] of [
    [2, 1],
    [0.1, 0.1 + 1e-12],
    [0, Number.NaN],
    [0, Infinity],
  ] as const)
    expect(() => uniform(key(1), [2], low, high)).toThrow(/^uniform: /);
});

test.each([1e-9, 0.1, 0.5, 1 - 2 ** -16])(
  'dropout of rate %d keeps each number with its probability',
  (rate) => {
    const layer = dropout<readonly [number]>(rate);
    const count = 2 ** 18;
    const [y] = layer.run([], full([count], 1), ...layer.buffers.init(key(3)));
    const kept = evaluate(y).data.filter((x) => x !== 0);
    // The number kept has a deviation of √(n·p·(1 − p)).
    expect(Math.abs(kept.length - count * (1 - rate))).toBeLessThan(
      5 * Math.sqrt(count * rate * (1 - rate)) + 1,
    );
    expect(kept.every((x) => Math.abs(x * (1 - rate) - 1) < 0.2)).toBe(true);
  },
);

test('normal numbers have mean 0, variance 1 and the right tails', () => {
  const { data } = evaluate(normal(key(6), [10_000]));
  expect(data.every(Number.isFinite)).toBe(true);
  expect(Math.abs(mean(data))).toBeLessThan(0.04);
  expect(Math.abs(mean(data.map((x) => x * x)) - 1)).toBeLessThan(0.06);
  expect(Math.abs(data.filter((x) => Math.abs(x) > 2).length / 10_000 - 0.0455)).toBeLessThan(0.0084);
});
