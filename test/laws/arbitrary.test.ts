/** What examples are made of: every promised kind occurs, and what fails shrinks to little. */
import { type Sampler } from 'paralens/laws';
import {
  drawBroadcast,
  drawCotangent,
  drawing,
  drawLens,
  drawLine,
  drawProgram,
  drawTree,
  drawView,
} from 'paralens/laws/kit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/tensor/shape.js';
import type { AnyTensor } from '../../src/tensor/tensor.js';
import { leaves } from '../../src/tree/tree.js';

const SEED = 20_210_301;

const drawn = <T>(draw: (sampler: Sampler) => T, count = 2000): readonly T[] =>
  fc.sample(drawing(draw), { numRuns: count, seed: SEED });

/** The smallest example of which something is so. */
const smallest = <T>(draw: (sampler: Sampler) => T, isSo: (example: T) => boolean, seed = SEED): T => {
  const { counterexample } = fc.check(
    fc.property(drawing(draw), (example) => !isSo(example)),
    { seed, numRuns: 1000 },
  );
  const [example] = counterexample ?? [];
  if (example === undefined) throw new Error('no example of which it is so');
  return example;
};

const places = [
  { shape: [3], dtype: 'float32' },
  { shape: [2], dtype: 'int32' },
] as const;

describe('each promised kind occurs', () => {
  test('shapes: of no axis and of three, with 0, 1, primes, and what no tile divides', () => {
    const shapes = drawn(({ shape }) => shape());
    for (const rank of [0, 1, 2, 3]) expect(shapes.some(({ length }) => length === rank)).toBe(true);
    for (const size of [0, 1, 2, 3, 5, 7, 9]) expect(shapes.some((shape) => shape.includes(size))).toBe(true);
    expect(Math.max(...shapes.map(sizeOf))).toBeLessThanOrEqual(300);
  });

  test('broadcasts: equal, a suffix, a number, on either side', () => {
    const pairs = drawn(drawBroadcast).filter(({ left, right }) => Math.max(left.length, right.length) > 1);
    const suffix = (a: readonly number[], b: readonly number[]): boolean =>
      0 < a.length && a.length < b.length;
    for (const kind of [
      ({ left, right }) => left.length === right.length,
      ({ left, right }) => suffix(left, right),
      ({ left, right }) => suffix(right, left),
      ({ left }) => left.length === 0,
      ({ right }) => right.length === 0,
    ] satisfies ((pair: (typeof pairs)[number]) => boolean)[])
      expect(pairs.some(kind)).toBe(true);
  });

  test('trees: leaves alone, lists, records, units, of depth 3, with empty tensors', () => {
    const trees = drawn((sampler) => drawTree(sampler));
    const all = trees.flatMap((tree) => leaves<AnyTensor>(tree));
    expect(trees.some((tree) => Array.isArray(tree) && tree.length === 0)).toBe(true);
    expect(trees.some((tree) => Array.isArray(tree) && tree.some((part) => Array.isArray(part)))).toBe(true);
    expect(trees.some((tree) => 'part0' in tree)).toBe(true);
    expect(all.some(({ shape }) => shape.includes(0))).toBe(true);
    expect(new Set(all.map(({ dtype }) => dtype))).toEqual(new Set(['float32', 'int32']));
  });

  test('numbers of the whole line: finite, float32, and in every dangerous neighborhood', () => {
    const numbers = drawn((sampler) => drawLine(sampler, 8)).flat();
    expect(numbers.every((x) => Number.isFinite(x) && Object.is(Math.fround(x), x))).toBe(true);
    const kinds: readonly ((x: number) => boolean)[] = [
      (x) => Object.is(x, 0),
      (x) => Object.is(x, -0),
      (x) => x !== 0 && Math.abs(x) < 1.1754943e-38,
      (x) => Math.abs(x - 88.7) < 1e-4,
      (x) => Math.abs(x + 88.7) < 1e-4,
      (x) => Math.abs(x - 1e4) < 0.01 && x !== 1e4,
      (x) => Math.abs(x + 1e4) < 0.01,
      (x) => x > 3.4e38,
      (x) => x < -3.4e38,
      (x) => Math.abs(x) > 1e10 && Math.abs(x) < 1e18,
      (x) => Math.abs(x) > 1e-18 && Math.abs(x) < 1e-10,
    ];
    expect(kinds.map((kind) => numbers.some(kind))).toEqual(kinds.map(() => true));
  });

  test('cotangents: zero, one-hot, powers of two of both signs, and any', () => {
    const all = drawn((sampler) => drawCotangent(sampler, places)).map(([first]) => [...(first ?? [])]);
    const isPower = (x: number): boolean => Number.isInteger(Math.log2(Math.abs(x)));
    const kinds: readonly ((w: readonly number[]) => boolean)[] = [
      (w) => w.every((x) => x === 0),
      (w) => w.filter((x) => x === 1).length === 1 && w.filter((x) => x === 0).length === 2,
      (w) => w.every(isPower) && w.some((x) => x < 0) && w.some((x) => Math.abs(x) > 8),
      (w) => w.every((x) => !isPower(x)),
    ];
    expect(kinds.map((kind) => all.some(kind))).toEqual(kinds.map(() => true));
  });

  test('lenses up to depth 6 run', () => {
    const outcomes = drawn((sampler) => {
      const [b, back] = drawLens(sampler).run(sampler.integer(-3, 3));
      return [b, back(1)];
    }, 300).flat();
    expect(outcomes.every((x) => typeof x === 'number')).toBe(true);
    expect(new Set(outcomes).size).toBeGreaterThan(50);
  });

  test('views of every kind, and of several steps', () => {
    const text = drawn((sampler) => drawView(sampler, [3, 4]).description).join('\n');
    for (const kind of [
      'transpose [1,0]',
      'reverse [0',
      'slice from [1',
      'broadcast',
      'reshape',
      'window',
      '; ',
    ])
      expect(text).toContain(kind);
  });

  test('programs of almost every primitive', () => {
    const names = new Set(
      drawn((sampler) => drawProgram(sampler).program, 700).flatMap(({ instructions }) =>
        instructions.flatMap((each) => (each.kind === 'operation' ? [each.name] : [])),
      ),
    );
    const some = 'contract sum max argmax window windowSum take scatterAdd pad concat select cast tanh slice';
    expect(some.split(' ').filter((name) => !names.has(name as 'sum'))).toEqual([]);
    expect(names.size).toBeGreaterThan(35);
  });
});

test('no drawn number is −0', () => {
  const numbers = drawn(({ numbers: draw }) => draw(100, -1, 1)).flat();
  expect(numbers.filter((x) => Object.is(x, 0)).length).toBeGreaterThan(20);
  expect(numbers.filter((x) => Object.is(x, -0))).toEqual([]);
});

describe('failures shrink', () => {
  test('to a small shape', () => {
    const found = smallest(
      ({ shape }) => shape(),
      (shape) => sizeOf(shape) > 3,
    );
    expect(sizeOf(found)).toBeLessThanOrEqual(6);
  });

  test('to a shape of one axis if that fails', () => {
    const found = smallest(
      ({ shape, numbers }) => numbers(sizeOf(shape()), -4, 4),
      (numbers) => numbers.some((x) => x >= 1),
    );
    expect(found.length).toBeLessThanOrEqual(2);
    expect(Math.max(...found)).toBeLessThanOrEqual(1.01);
  });

  test('to small numbers of the line', () => {
    const found = smallest(
      (sampler) => drawLine(sampler, 4),
      (numbers) => numbers.some((x) => x > 0.4),
    );
    expect(found.every((x) => Math.abs(x) <= 1)).toBe(true);
  });

  test('to a short program', () => {
    const isMax = ({ program }: ReturnType<typeof drawProgram>): boolean =>
      program.instructions.some((each) => each.kind === 'operation' && each.name === 'max');
    // Shrinking goes one choice at a time and may end before the shortest: of several beginnings one leads there.
    const [program] = [0, 1, 2, 3, 4]
      .map((more) => smallest(drawProgram, isMax, SEED + more).program)
      .toSorted((a, b) => a.instructions.length - b.instructions.length);
    // Five inputs, what is made to be looked at, and little else.
    expect(program?.instructions.length).toBeLessThanOrEqual(9);
    expect(Math.max(...(program?.inputs ?? []).map(({ shape }) => sizeOf(shape)))).toBeLessThanOrEqual(9);
  });

  test('to a view of one step', () => {
    const found = smallest(
      (sampler) => drawView(sampler, [3, 4]).description,
      (description) => description.includes('reverse'),
    );
    expect(found.split('; ')).toHaveLength(1);
  });
});
