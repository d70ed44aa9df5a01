/** What dead letters say, and what is counted. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { either as E } from 'fp-ts';
import * as t from 'io-ts';
import { csv } from 'paralens/node';
import { badShareLimit, decoder, decoderOfValues, runFold } from 'paralens/online';
import { expect, test } from 'vitest';

const codec = t.intersection([
  t.type({ id: t.string, x: t.array(t.number), side: t.union([t.literal('left'), t.literal('right')]) }),
  t.partial({ note: t.union([t.string, t.null]) }),
]);

/** The reason, or `read` where there is none to complain. */
const reasonOf = (text: string): string => {
  const result = decoder(codec, { longest: 300, deepest: 4 })({ value: text, position: 1 });
  return E.isRight(result) ? 'read' : `${result.left.kind}: ${result.left.reason}`;
};

const base = { id: 'a', x: [1], side: 'left' };
const withField = (field: object): string => JSON.stringify({ ...base, ...field });

test.each([
  [withField({}), 'read'],
  [withField({ constructor: 'Ford' }), 'read'],
  [withField({ x: [1, 'abc'] }), 'codec: $.x[1]: got "abc", needed number'],
  [withField({ x: 1 }), 'codec: $.x: got 1, needed Array<number>'],
  [withField({ id: null }), 'codec: $.id: got null, needed string'],
  [withField({ id: undefined }), 'codec: $.id: got nothing, needed string'],
  [withField({ id: 1, x: ['a'] }), 'codec: $.id: got 1, needed string; 1 more'],
  [withField({ side: 'up' }), 'codec: $.side: got "up", needed ("left" | "right")'],
  [withField({ note: [] }), 'codec: $.note: got a list of 0, needed (string | null)'],
  [withField({ 'a b': [[[[1]]]] }), 'too deep: deeper than 4 levels, at $["a b"][0][0][0]'],
  ['{"__proto__":1}', 'key: $.__proto__: this key could change a prototype'],
  ['{"a":{"constructor":{"prototype":1}}}', 'key: $.a.constructor: this key could change a prototype'],
  ['[0,1e999]', 'number: $[1]: got Infinity, needed a finite number'],
  ['"'.padEnd(301, 'm'), 'too long: 301 UTF-16 units, needed at most 300'],
])('%s', (text, reason) => {
  expect(reasonOf(text)).toBe(reason);
});

test('the reason for invalid JSON is always one line', () => {
  expect(reasonOf('{"a":\n\u2028x')).toMatch(/^json: not JSON: .+$/u);
});

test('the text is cut between characters', () => {
  const read = decoder(codec, { raw: 3 });
  const result = read({ value: 'ab😀', position: 0 });
  expect(result).toMatchObject({ left: { raw: 'ab' } });
});

test('parsed values, a codec that throws, and a recursive codec', () => {
  const read = decoderOfValues(codec, { raw: 20 });
  const around: { self?: unknown } = {};
  around.self = around;
  expect(read({ value: { ...base }, position: 0 })).toEqual(E.right(base));
  expect(read({ value: around, position: 5 })).toMatchObject({
    left: { kind: 'too deep', position: 5, raw: '[object Object]' },
  });
  expect(read({ value: { ...base, x: [Number.NaN] }, position: 0 })).toMatchObject({
    left: { kind: 'number' },
  });
  expect(read({ value: undefined, position: 0 })).toMatchObject({ left: { raw: 'undefined' } });
  const throwing = new t.Type<number>(
    'moody',
    t.number.is,
    () => {
      throw new Error('not today');
    },
    t.identity,
  );
  expect(decoder(throwing)({ value: '1', position: 0 })).toMatchObject({
    left: { kind: 'codec', reason: 'moody: threw not today' },
  });
});

test('a source that fails late is noticed by a fading limit', () => {
  const records = [
    ...Array.from({ length: 5000 }, () => E.right(1)),
    ...Array.from({ length: 100 }, () => E.left(1)),
  ];
  const stops = (over?: number): number =>
    runFold(badShareLimit({ most: 0.5, ...(over === undefined ? {} : { over }) }), records)[1].findIndex(
      ({ stop }) => stop,
    );
  expect(stops()).toBe(-1);
  expect(stops(50)).toBeGreaterThan(5000);
  expect(stops(50)).toBeLessThan(5060);
  expect(() => badShareLimit({ most: 2 })).toThrow('badShareLimit: `most` must be in [0, 1], got 2');
});

const broken = ['not UTF-8', 'too long', 'not CSV', 'lost'] as const;

test.each(broken)('a broken record is a dead letter under every codec: %s', (kind) => {
  const placed = { value: { broken: kind, text: 'x' }, position: 3 };
  for (const codecOf of [t.unknown, t.UnknownRecord, t.type({ broken: t.string, text: t.string }), t.never]) {
    expect(decoderOfValues(codecOf)(placed)).toMatchObject({ left: { kind, position: 3, raw: 'x' } });
    expect(decoder(codecOf)(placed)).toMatchObject({ left: { kind, position: 3, raw: 'x' } });
  }
});

test('a record with the fields of a broken one is a value', () => {
  const read = decoderOfValues(t.UnknownRecord);
  for (const value of [
    { broken: 'leg', text: 'x' },
    { broken: '__proto__x', text: 'x' },
    { broken: 'lost', text: 1 },
    { broken: 'lost', text: 'x', id: 1 },
  ])
    expect(read({ value, position: 0 })).toEqual(E.right(value));
});

test('broken rows of CSV are dead letters even with a permissive codec', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'paralens-decode-')), 'a.csv');
  writeFileSync(path, 'a,b\n1,2\n3\n4,5,6\n7,8\n');
  const read = decoderOfValues(t.UnknownRecord);
  const results: unknown[] = [];
  for await (const rows of csv(path).open())
    for (const row of rows) {
      const result = read(row);
      results.push(E.isRight(result) ? result.right : result.left.kind);
    }
  expect(results).toEqual([{ a: '1', b: '2' }, 'not CSV', 'not CSV', { a: '7', b: '8' }]);
});

test.each([
  ['{"x":[1,2]}', 'read'],
  ['{"x":[1,2,3]}', '$.x: got a list of 3, needed [number, number]'],
])("the README's codec: %s", (text, expected) => {
  const read = decoder(t.type({ x: t.tuple([t.number, t.number]) }));
  const result = read({ value: text, position: 0 });
  expect(E.isRight(result) ? 'read' : result.left.reason).toBe(expected);
});

const pair = t.tuple([t.number, t.number], 'Pair');

test.each([
  [
    'in a list',
    t.array(pair),
    [
      [1, 2],
      [1, 2, 3],
    ],
    '$[1]',
  ],
  ['in a record', t.record(t.string, pair), { a: [1, 2, 3] }, '$.a'],
  ['in a part of a record', t.partial({ a: pair }), { a: [1, 2, 3] }, '$.a'],
  ['in an exact record', t.exact(t.type({ a: pair })), { a: [1, 2, 3] }, '$.a'],
  ['in a tuple', t.tuple([pair]), [[1, 2, 3]], '$[0]'],
  [
    'in an intersection',
    t.intersection([t.type({ a: pair }), t.type({ b: t.number })]),
    { a: [1, 2, 3], b: 1 },
    '$.a',
  ],
  ['in the first branch that decodes', t.union([t.string, pair, t.array(t.number)]), [1, 2, 3], '$'],
  ['read only', t.readonly(t.readonlyArray(pair)), [[1, 2, 3]], '$[0]'],
])('a tuple that is too long is refused %s', (_, codecOf: t.Mixed, value, place) => {
  expect(decoderOfValues(codecOf)({ value, position: 0 })).toMatchObject({
    left: { kind: 'codec', reason: `${place}: got a list of 3, needed Pair` },
  });
});

test('a recursive codec is searched as deep as the value', () => {
  interface Tree {
    readonly point: [number, number];
    readonly under: Tree[];
  }
  const tree: t.Type<Tree> = t.recursion('Tree', () => t.type({ point: pair, under: t.array(tree) }));
  const value = { point: [1, 2], under: [] };
  expect(decoderOfValues(tree)({ value, position: 0 })).toEqual(E.right(value));
  const under = [{ point: [1, 2], under: [{ point: [1, 2, 3], under: [] }] }];
  expect(decoderOfValues(tree)({ value: { point: [1, 2], under }, position: 0 })).toMatchObject({
    left: { reason: '$.under[0].under[0].point: got a list of 3, needed Pair' },
  });
});

test.each([
  ['9007199254740993', 'number'],
  ['{"a":{"b":[-9007199254740993]}}', 'number'],
  ['12345678901234567890', 'number'],
  ['9007199254740992', 'read'],
  ['10000000000000000000000', 'read'],
  ['"9007199254740993"', 'read'],
  [String.raw`{"\"9007199254740993":"\\"}`, 'read'],
  ['0.12345678901234567890', 'read'],
  ['12345678901234567890.5', 'read'],
  ['12345678901234567890e3', 'read'],
])('an integer that would lose digits is a dead letter: %s', (text, expected) => {
  const result = decoder(t.unknown)({ value: text, position: 0 });
  expect(E.isRight(result) ? 'read' : result.left.kind).toBe(expected);
  expect(E.isRight(decoder(t.unknown, { integers: 'rounded' })({ value: text, position: 0 }))).toBe(true);
});
