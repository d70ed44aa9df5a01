/** Where a file has been read up to, and by what its content is known again. */
import { createHash } from 'node:crypto';
import { either as E } from 'fp-ts';
import * as t from 'io-ts';
import { countCodec } from '../online/source/source.js';
import type { Json } from '../tree/tree.js';

/** The first bytes of a file: how many, and the beginning of their SHA-256. */
const head = t.readonly(t.type({ bytes: countCodec, hash: t.string }, 'Head'), 'Head');

export type Head = t.TypeOf<typeof head>;

const byContent = t.readonly(
  t.type({ file: t.string, offset: countCodec, head, tail: t.number }, 'FilePosition'),
  'FilePosition',
);

/** As it was written by earlier versions: such a file is known by inode and time of birth alone. */
const byInode = t.readonly(t.type({ file: t.string, offset: countCodec }, 'FilePosition'), 'FilePosition');

const written = t.union([byContent, byInode], 'FilePosition');

export type FilePosition = t.TypeOf<typeof written>;

/** The bytes at a file's start, and before a position, that tell it from others. */
export const HEAD = 4096;
export const TAIL = 128;

/** Whether a head, where a position has one, is one: a length out of nowhere would be read into memory. */
const isSound = (position: FilePosition): boolean =>
  !('head' in position) || (byContent.is(position) && position.head.bytes <= HEAD);

/**
 * The byte after a record, and the file by its content: a hash of its first bytes and one of the last before the
 * offset. `file` is its inode and time of birth, by which it is found quickly where it still has them.
 */
export const filePosition: t.Type<FilePosition, Json> = new t.Type<FilePosition, Json>(
  'FilePosition',
  (value): value is FilePosition => written.is(value) && isSound(value),
  (value, context) => {
    const read = written.validate(value, context);
    return E.isRight(read) && !isSound(read.right) ? t.failure(value, context) : read;
  },
  (position) => written.encode(position),
);

export const headOf = (bytes: Buffer): Head => ({
  bytes: bytes.length,
  hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16),
});

const [PRIME, OTHER_PRIME] = [0x01000193, 0x85ebca6b];

/**
 * A hash of the up to `TAIL` bytes of `view` before `end`. Each record has one, so it is taken of words, in two chains
 * that do not wait for each other.
 */
export const tailOf = (view: DataView, end: number, length: number): number => {
  let [a, b] = [length, OTHER_PRIME];
  if (length < TAIL)
    for (let at = end - length; at < end; at++) a = Math.imul(a ^ view.getUint8(at), PRIME) ^ (a >>> 15);
  else
    for (let at = end - TAIL; at < end; at += 8) {
      a = Math.imul(a ^ view.getInt32(at, true), PRIME);
      a ^= a >>> 15;
      b = Math.imul(b ^ view.getInt32(at + 4, true), OTHER_PRIME);
      b ^= b >>> 13;
    }
  return (a ^ b) | 0;
};
