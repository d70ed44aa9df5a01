/** Features against published values, and where they are hard to get right. */
import {
  fillMissing,
  hashed,
  lags,
  lastValues,
  murmur3,
  oneHot,
  oneHotSeen,
  overTime,
  pipeFold,
  runFold,
  standardize,
} from 'paralens/online';
import { expect, test } from 'vitest';

// From the reference implementation (smhasher), as collected by I. Boyd.
test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['a', 0x9747b28c, 0x7fa09ea6],
  ['aa', 0x9747b28c, 0x5d211726],
  ['aaa', 0x9747b28c, 0x283e0130],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['abc', 0x9747b28c, 0xc84a62dd],
  ['abcd', 0x9747b28c, 0xf0478627],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ['test', 0, 0xba6bd213],
])('MurmurHash3 of %j with the seed %d', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash);
});

/** The text as its UTF-8 has it, one character for each byte below 128. */
test('a text is hashed as its UTF-8', () => {
  // The same hash as of bytes: 4 bytes of a character beyond the basic plane are one word of the hash.
  expect(murmur3('😀')).not.toBe(murmur3('\ud83d'));
  expect(murmur3('\ud83d')).toBe(murmur3('\u{fffd}'));
});

test('inner products of hashed tokens are unbiased', () => {
  const [x, y] = [
    ['a', 'b', 'c', 'c'],
    ['a', 'c', 'd'],
  ];
  const exact = 1 + 2;
  const products = Array.from({ length: 4000 }, (_, seed) => {
    const { step } = hashed({ size: 4, seed });
    const [, left] = step(null, x);
    const [, right] = step(null, y);
    return left.reduce((sum, each, i) => sum + each * (right[i] ?? 0), 0);
  });
  const mean = products.reduce((sum, each) => sum + each, 0) / products.length;
  const variance = products.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (products.length - 1);
  expect(Math.abs(mean - exact)).toBeLessThan(4 * Math.sqrt(variance / products.length));
});

test('standardized columns have mean 0 and deviation 1 in the end, and constants are 0', () => {
  const records = Array.from({ length: 10_000 }, (_, i) => [1e6 + Math.sin(i * i), 0.1]);
  const made = runFold(standardize(), records)[1].slice(5000);
  const first = made.map(([z = Number.NaN]) => z);
  const mean = first.reduce((sum, z) => sum + z, 0) / first.length;
  const square = first.reduce((sum, z) => sum + z * z, 0) / first.length;
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(Math.abs(square - 1)).toBeLessThan(0.05);
  expect(made.every(([, constant]) => constant === 0)).toBe(true);
});

test('missing and very large values change nothing', () => {
  const [state, made] = runFold(standardize(), [[3], [Number.NaN], [1e300], [-Infinity], [5]]);
  expect(state).toEqual({ counts: [2], means: [4], squares: [2] });
  expect(made[1]).toEqual([Number.NaN]);
  expect(runFold(pipeFold(standardize(), fillMissing()), [[3], [Number.NaN]])[1]).toEqual([[0], [0]]);
});

test('late records count while their part is in the window', () => {
  const fold = overTime({ span: 10, parts: 5 });
  const told = runFold(fold, [
    { at: 20, value: 1 },
    { at: 13, value: 2 },
    { at: 11, value: 4 },
    { at: 24, value: 8 },
    { at: Number.NaN, value: 16 },
    { at: 24, value: Infinity },
  ])[1];
  expect(told.map(({ sum }) => sum)).toEqual([1, 3, 3, 9, 9, 9]);
});

test('all NaN are one category', () => {
  const [seen, columns] = runFold(oneHotSeen(2), [Number.NaN, 1, Number.NaN, 2, Number.NaN]);
  expect(seen).toEqual([Number.NaN, 1]);
  expect(columns).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
    [1, 0, 0],
  ]);
  expect(runFold(oneHot([Number.NaN]), [Number.NaN, 1])[1]).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test('invalid options are refused', () => {
  expect(() => hashed({ size: 0 })).toThrow('hashed: `size` must be a positive integer, got 0');
  expect(() => oneHot(['a', 'a'])).toThrow('oneHot: a category is listed twice, got a, a');
  expect(() => oneHotSeen(0)).toThrow('oneHotSeen: `most` must be a positive integer, got 0');
  expect(() => lastValues(0)).toThrow('lastValues: `count` must be a positive integer, got 0');
  expect(() => lags([-1])).toThrow('lags: `ago[0]` must be an integer ≥ 0, got -1');
  expect(() => overTime({ span: 0 })).toThrow('overTime: `span` must be in (0, ∞), got 0');
  expect(() => fillMissing({ by: Number.NaN })).toThrow('fillMissing: `by` must be in (-∞, ∞), got NaN');
});

test('a list of replacements must have one for each column', () => {
  const fill = fillMissing({ by: [1, 2] });
  expect(runFold(fill, [[null, null]])[1]).toEqual([[1, 2]]);
  expect(() => runFold(fill, [[0, 0, null]])).toThrow(
    'fillMissing: `by` does not have one number for each column, got 2 for a record of 3, needed one for each column, or one for all',
  );
});
