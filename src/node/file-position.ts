/** Positions in files, with hashes that identify the content. */
import { createHash } from 'node:crypto';
import { either as E } from 'fp-ts';
import * as t from 'io-ts';
import { countCodec } from '../online/source/source.js';
import type { Json } from '../tree/tree.js';

/** The number of the first bytes of a file, and the start of their SHA-256. */
const head = t.readonly(t.type({ bytes: countCodec, hash: t.string }, 'Head'), 'Head');

export type Head = t.TypeOf<typeof head>;

const byContent = t.readonly(
  t.type({ file: t.string, offset: countCodec, head, tail: t.number }, 'FilePosition'),
  'FilePosition',
);

/** A position of earlier versions, which identifies a file only by inode and birth time. */
const byInode = t.readonly(t.type({ file: t.string, offset: countCodec }, 'FilePosition'), 'FilePosition');

const written = t.union([byContent, byInode], 'FilePosition');

export type FilePosition = t.TypeOf<typeof written>;

/** The numbers of bytes at the start of a file, and before a position, that identify it. */
export const HEAD = 4096;
export const TAIL = 128;

/** Whether the head of a position is valid: an arbitrary length would be read into memory. */
const isSound = (position: FilePosition): boolean =>
  !('head' in position) || (byContent.is(position) && position.head.bytes <= HEAD);

/**
 * The offset after a record, and hashes that identify the file: of its first bytes, and of the last bytes before the
 * offset. `file` is its inode and birth time, to find it quickly if they are unchanged.
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
 * A hash of up to `TAIL` bytes of `view` before `end`. It is computed for each record, so it uses words in two
 * independent chains for speed.
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
