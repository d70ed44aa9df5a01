/** Two trees have one structure if `structureOf` says the same of both: `sameStructure` agrees, and makes no strings. */
import { tensor } from 'paralens';
import { expect, test } from 'vitest';
import { sameStructure, structureOf } from '../../src/tree/tree.js';

const one = tensor([1]);
const trees: readonly unknown[] = [
  one,
  tensor([[1, 2]]),
  [],
  {},
  [one],
  [one, one],
  { a: one },
  { b: one },
  { a: one, b: one },
  { b: one, a: one },
  { a: [one], b: { c: one } },
  { a: [one], b: { d: one } },
  { '0': one },
  [[one], { a: one }],
];

test('two trees have the same structure exactly if their strings are equal', () => {
  for (const a of trees)
    for (const b of trees) expect(sameStructure(a, b)).toBe(structureOf(a) === structureOf(b));
});

test('a value that is not a tree is refused', () => {
  for (const each of [1, null, undefined, new Map(), { a: 1 }]) {
    expect(sameStructure(each, each)).toBe(false);
    expect(sameStructure(one, each)).toBe(false);
  }
});
