/** The content of a file as it is read: its next bytes, and whether what was read before is still there. */
import { type FilePosition, HEAD, headOf, TAIL, tailOf } from './file-position.js';
import type { Found } from './open-file.js';

/** Bytes read at once: more does not make it quicker, less does not hold less of a stream of small records. */
export const CHUNK = 128 * 1024;

/** Reads so many bytes, or all to the end. */
export const readFully = async ({ read }: Found, length: number, at: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length);
  let have = 0;
  while (have < length) {
    const more = await read(bytes, have, length - have, at + have);
    if (more === 0) break;
    have += more;
  }
  return bytes.subarray(0, have);
};

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Whether a file has, up to the position, the content that was read; a position of an earlier version cannot tell. */
export const hasContentOf = async (found: Found, position: FilePosition): Promise<boolean | undefined> => {
  if (!('head' in position)) return undefined;
  const { head, offset, tail } = position;
  const length = Math.min(TAIL, offset);
  const start = await readFully(found, head.bytes, 0);
  if (start.length < head.bytes || headOf(start).hash !== head.hash) return false;
  const end = await readFully(found, length, offset - length);
  return end.length === length && tailOf(viewOf(end), length, length) === tail;
};

/** The position at a place in a file of which nothing has been read: it is known by what it has so far. */
export const positionIn = async (found: Found, offset: number): Promise<FilePosition> => {
  const length = Math.min(TAIL, offset);
  const end = await readFully(found, length, offset - length);
  const head = headOf(await readFully(found, HEAD, 0));
  return { file: found.identity, offset, head, tail: tailOf(viewOf(end), end.length, end.length) };
};

/** A file that is read on from a place. */
export interface Content {
  /** Where its next byte is. */
  readonly at: () => number;
  /** The next bytes, none at the end; nothing if what was read before is not there any more, or is something else. */
  readonly next: () => Promise<Buffer | undefined>;
  /** The position at a place among the bytes that came last. */
  readonly position: (end: number) => FilePosition;
  /** Whether so many bytes from the start of a file, or as many as are known, are those that were read from this one. */
  readonly beginsLike: (other: Found, bytes: number) => Promise<boolean>;
}

/** A file from a place on. Its end may be moved forward or back by others while it is read. */
export const contentFrom = async (found: Found, offset: number): Promise<Content> => {
  const { identity, isLive } = found;
  // What was read last stands before what is read next, for the hash of the bytes before a position.
  const buffer = Buffer.allocUnsafeSlow(TAIL + CHUNK);
  const view = viewOf(buffer);
  let known = await readFully(found, Math.min(HEAD, offset), 0);
  const before = await readFully(found, Math.min(TAIL, offset), offset - Math.min(TAIL, offset));
  before.copy(buffer, TAIL - before.length);
  let [chunkAt, chunkLength] = [offset, 0];
  let head = headOf(known);

  const beginsLike = async (other: Found, bytes: number): Promise<boolean> => {
    const length = Math.min(known.length, bytes);
    return (await readFully(other, length, 0)).equals(known.subarray(0, length));
  };

  const next = async (): Promise<Buffer | undefined> => {
    buffer.copyWithin(0, chunkLength, chunkLength + TAIL);
    chunkAt += chunkLength;
    chunkLength = 0;
    // Read again with what comes next: what was cut short and has grown since is another content.
    const overlap = isLive ? Math.min(TAIL, chunkAt) : 0;
    const seen = Buffer.from(buffer.subarray(TAIL - overlap, TAIL));
    const got = await found.read(buffer, TAIL - overlap, CHUNK + overlap, chunkAt - overlap);
    const isSame =
      got >= overlap &&
      seen.equals(buffer.subarray(TAIL - overlap, TAIL)) &&
      // Where it is read on end, nobody has had the time to begin it anew with the same last bytes.
      (!isLive || got === CHUNK + overlap || (await beginsLike(found, HEAD)));
    if (!isSame) {
      seen.copy(buffer, TAIL - overlap);
      return undefined;
    }
    chunkLength = got - overlap;
    const bytes = buffer.subarray(TAIL, TAIL + chunkLength);
    if (known.length < HEAD && chunkLength > 0) {
      known = Buffer.concat([known, bytes.subarray(0, HEAD - known.length)]);
      head = headOf(known);
    }
    return bytes;
  };

  const position = (end: number): FilePosition => ({
    file: identity,
    offset: end,
    head: end >= head.bytes ? head : headOf(known.subarray(0, end)),
    tail: tailOf(view, TAIL + end - chunkAt, Math.min(TAIL, end)),
  });

  return { at: () => chunkAt + chunkLength, next, position, beginsLike };
};
