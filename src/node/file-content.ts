/** Reads the content of a file: the next bytes, and whether the content read before is still there. */
import { type FilePosition, HEAD, headOf, TAIL, tailOf } from './file-position.js';
import type { Found } from './open-file.js';

/** Bytes per read: more is not faster, and less does not save memory with small records. */
export const CHUNK = 128 * 1024;

/** Reads this many bytes, or up to the end. */
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

/**
 * Whether a file has the content that was read before the position; `undefined` for a position of an earlier version,
 * which has no hash.
 */
export const hasContentOf = async (found: Found, position: FilePosition): Promise<boolean | undefined> => {
  if (!('head' in position)) return undefined;
  const { head, offset, tail } = position;
  const length = Math.min(TAIL, offset);
  const start = await readFully(found, head.bytes, 0);
  if (start.length < head.bytes || headOf(start).hash !== head.hash) return false;
  const end = await readFully(found, length, offset - length);
  return end.length === length && tailOf(viewOf(end), length, length) === tail;
};

/** The position at an offset of a file that was not read yet; its content identifies the file. */
export const positionIn = async (found: Found, offset: number): Promise<FilePosition> => {
  const length = Math.min(TAIL, offset);
  const end = await readFully(found, length, offset - length);
  const head = headOf(await readFully(found, HEAD, 0));
  return { file: found.identity, offset, head, tail: tailOf(viewOf(end), end.length, end.length) };
};

/** A file that is read from an offset on. */
export interface Content {
  /** The offset of the next byte. */
  readonly at: () => number;
  /** The next bytes, empty at the end; `undefined` if the content read before has changed or is gone. */
  readonly next: () => Promise<Buffer | undefined>;
  /** The position at an offset in the bytes read last. */
  readonly position: (end: number) => FilePosition;
  /** Whether another file starts with the same bytes, up to this many, as far as they are known. */
  readonly beginsLike: (other: Found, bytes: number) => Promise<boolean>;
}

/** Reads a file from an offset on. Other processes may extend or truncate it at the same time. */
export const contentFrom = async (found: Found, offset: number): Promise<Content> => {
  const { identity, isLive } = found;
  // The last bytes stay before the next ones, for the hash of the bytes before a position.
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
    // The last bytes are read again with the next ones: a file that was truncated and has grown since has another
    // content.
    const overlap = isLive ? Math.min(TAIL, chunkAt) : 0;
    const seen = Buffer.from(buffer.subarray(TAIL - overlap, TAIL));
    const got = await found.read(buffer, TAIL - overlap, CHUNK + overlap, chunkAt - overlap);
    const isSame =
      got >= overlap &&
      seen.equals(buffer.subarray(TAIL - overlap, TAIL)) &&
      // During continuous reading nothing can rewrite the file with the same last bytes.
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
