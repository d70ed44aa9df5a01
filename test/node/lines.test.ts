/** Lines of bytes, against the plainest way to cut them, for any bytes in any pieces. */
import { TextDecoder } from 'node:util';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { lineStream } from 'paralens/node';
import type { RawRecord } from 'paralens/online';
import { expect, test } from 'vitest';
import { linesOf } from '../../src/node/lines.js';
import { outsideQuotes } from '../../src/node/record-boundaries.js';
import { assertResumes, collect } from './collect.js';

/** Bytes in which everything that matters comes often. */
const bytes = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\n\n', 'a', 'bc', 'é', '€', '😀', '"', ','),
      },
      { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constant('\uFEFF') },
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));

const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 12 });

const inPieces = (whole: Buffer, at: readonly number[]): readonly Buffer[] => {
  const places = [0, ...at.filter((each) => each < whole.length).toSorted((a, b) => a - b), whole.length];
  return places.slice(1).map((end, i) => whole.subarray(places[i], end));
};

interface Seen {
  readonly value: RawRecord;
  readonly position: number;
}

/** A line at a time, from all the bytes at once. */
const plainly = (whole: Buffer, maxBytes: number): readonly Seen[] => {
  const seen: Seen[] = [];
  for (let from = 0; from < whole.length;) {
    const newline = whole.indexOf(10, from);
    const [end, position] = newline < 0 ? [whole.length, whole.length] : [newline, newline + 1];
    let content = whole.subarray(from, end);
    if (from === 0 && content.subarray(0, 3).equals(Buffer.from('\uFEFF'))) content = content.subarray(3);
    if (content.at(-1) === 13) content = content.subarray(0, -1);
    from = position;
    if (content.length === 0) continue;
    const decode = (fatal: boolean, part: Buffer, stream = false): string =>
      new TextDecoder('utf-8', { fatal, ignoreBOM: true }).decode(part, { stream });
    if (content.length > maxBytes)
      seen.push({
        position,
        value: {
          broken: 'too long',
          text: decode(false, content.subarray(0, Math.min(1024, maxBytes)), true),
        },
      });
    else
      try {
        seen.push({ position, value: decode(true, content) });
      } catch {
        seen.push({ position, value: { broken: 'not UTF-8', text: decode(false, content) } });
      }
  }
  return seen;
};

const pushed = (pieces: readonly Buffer[], options: Partial<Parameters<typeof linesOf<number>>[0]>) => {
  const lines = linesOf({ maxBytes: 1000, start: 0, at: (end: number) => end, ...options });
  // The memory of a piece is used again for the next one.
  const seen = pieces.flatMap((piece) => {
    const buffer = Buffer.from(piece);
    const out = lines.push(buffer);
    buffer.fill(0x0a);
    return out;
  });
  return [...seen, ...lines.end()];
};

test('lines and positions do not depend on how the bytes are chunked', () => {
  fc.assert(
    fc.property(bytes, cuts, fc.constantFrom(1, 2, 5, 9, 1000), (whole, at, maxBytes) => {
      expect(pushed(inPieces(whole, at), { maxBytes })).toEqual(plainly(whole, maxBytes));
    }),
    { numRuns: 1000 },
  );
});

test('CSV records do not depend on chunks; together they are the bytes; quotes enclose newlines', () => {
  fc.assert(
    fc.property(bytes, cuts, fc.constantFrom(2, 5, 1000), (whole, at, maxBytes) => {
      const each = (pieces: readonly Buffer[]) => pushed(pieces, { maxBytes, ends: outsideQuotes(44) });
      expect(each(inPieces(whole, at))).toEqual(each([whole]));
    }),
    { numRuns: 500 },
  );
  const values = (text: string, maxBytes = 1000) =>
    pushed([Buffer.from(text)], { maxBytes, ends: outsideQuotes(44) }).map(({ value }) => value);
  expect(values('a,"b\nc",d\ne\n')).toEqual(['a,"b\nc",d', 'e']);
  expect(values('a,"b""\nc",d\ne\n')).toEqual(['a,"b""\nc",d', 'e']);
  expect(values('\uFEFF"a\nb",c\nd')).toEqual(['"a\nb",c', 'd']);
  // A carriage return alone ends a record as well.
  expect(values('a,"b\rc"\rd\r\ne\r\rf')).toEqual(['a,"b\rc"', 'd', 'e', 'f']);
  // A quote within a field is none; a record with a quote too many ends when it is too long.
  expect(values('5" pipe\n6')).toEqual(['5" pipe', '6']);
  expect(values('"a\nbcd\nef\ngh\ni\n', 4)).toEqual([{ broken: 'too long', text: '"a\nb' }, 'ef', 'gh', 'i']);
});

test('opened at any position, a stream of lines gives the rest (F-1, F-13)', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, cuts, async (whole, at) => {
      const source = lineStream('bytes', () => Readable.from(inPieces(whole, at), { objectMode: true }), {
        maxBytes: 9,
      });
      expect(await collect(source)).toEqual(plainly(whole, 9));
      // A last line may begin with what is a mark at a file's start only.
      await assertResumes(source);
    }),
    { numRuns: 60 },
  );
});

test('a line that is too long is not kept in memory', () => {
  const lines = linesOf({ maxBytes: 1 << 16, start: 0, at: (end: number) => end });
  const piece = Buffer.alloc(1 << 20, 'x');
  global.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 512; i++) expect(lines.push(piece)).toEqual([]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  expect(lines.push(Buffer.from('\nnext\n'))).toEqual([
    { value: { broken: 'too long', text: 'x'.repeat(1024) }, position: 2 ** 29 + 1 },
    { value: 'next', position: 2 ** 29 + 6 },
  ]);
});
