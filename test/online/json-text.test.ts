/** Plain data as text: every number and every string comes back, and nothing that would be lost gets in. */
import { isDeepStrictEqual } from 'node:util';
import { either as E } from 'fp-ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParalensError } from 'paralens';
import { type Json, jsonOfText, jsonText } from 'paralens/online';

const strings = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('~', '~~', '~NaN', '~-0', '~~Infinity', '\ud800', '\u0000'),
);

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, 5e-324),
    strings,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(strings, fc.constantFrom('__proto__', 'constructor', '1')), tie('json'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

test('reading inverts writing, with the bits of the numbers and the order of the names', () => {
  fc.assert(
    fc.property(json, (value) => {
      const read = jsonOfText(jsonText(value));
      // Of numbers it asks `Object.is`, so −0 is not 0, and NaN is NaN; vitest's own trips over a name `constructor`.
      expect(isDeepStrictEqual(read, E.right(value))).toBe(true);
      expect(E.isRight(read) && jsonText(read.right)).toBe(jsonText(value));
    }),
  );
});

test('data without special numbers are written as by JSON.stringify', () => {
  fc.assert(
    fc.property(
      json.filter((value) => !/~|-0|Infinity/.test(JSON.stringify(value) + jsonText(value))),
      (value) => {
        expect(jsonText(value)).toBe(JSON.stringify(value));
      },
    ),
  );
});

test.each([
  ['undefined', undefined, 'undefined'],
  ['undefined in a record', { a: [{ b: undefined }] }, "under 'b'"],
  ['a typed array', { a: new Float32Array(2) }, 'a Float32Array'],
  ['a map', new Map(), 'a Map'],
  ['a bigint', [1n], 'bigint'],
  ['a function', { f: () => 0 }, 'function'],
])('%s is refused', (_, value: unknown, said) => {
  expect(() => jsonText(value as Json)).toThrow(ParalensError);
  expect(() => jsonText(value as Json)).toThrow(said);
});

test.each(['', '{', '"~x"', '["~"]', '{"a":"~nan"}'])('%s is not a text of plain data', (text) => {
  expect(E.isLeft(jsonOfText(text))).toBe(true);
});

test.each([
  ['[9007199254740993]', '9007199254740993 would lose digits: write it as a string'],
  ['{"id":-9223372036854775807}', '-9223372036854775807 would lose digits: write it as a string'],
  ['[1e999]', 'a number is too large for a double'],
  [`[${'9'.repeat(400)}]`, 'a number is too large for a double'],
])('%s is refused, since a double cannot represent the number', (text, why) => {
  expect(jsonOfText(text)).toEqual(E.left(why));
});

test('exact integers, and those written by JSON.stringify, are read again', () => {
  for (const text of [
    '9007199254740992',
    '"9007199254740993"',
    '{"9007199254740993":1}',
    '0.12345678901234567',
  ])
    expect(E.isRight(jsonOfText(text))).toBe(true);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 970 }),
      fc.double({ min: 1, max: 2, maxExcluded: true }),
      (by, x) => {
        const value = -x * 2 ** (by + 53);
        expect(jsonOfText(jsonText([value]))).toEqual(E.right([value]));
      },
    ),
  );
});
