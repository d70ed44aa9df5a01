/**
 * Splits bytes into lines: the result does not depend on how the bytes arrive in chunks, and lines that are too long
 * are not kept in memory.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import type { RawRecord } from '../online/source/raw-record.js';
import type { Json } from '../tree/tree.js';
import type { Received } from '../online/source/source.js';
import { BEFORE, type Ends, newlines } from './record-boundaries.js';

export interface LinesOptions<P extends Json> {
  /** The longest line, in bytes without its line end. */
  readonly maxBytes: number;
  /** The offset of the first byte; at 0 there may be a byte order mark, which is skipped. */
  readonly start: number;
  /** The position after a record that ends before this offset. */
  readonly at: (offset: number) => P;
  /** Finds the ends of records; default: every newline. */
  readonly ends?: Ends;
}

export interface Lines<P extends Json> {
  /** The lines that end in these bytes, which may be overwritten afterwards. Empty lines are skipped. */
  readonly push: (bytes: Buffer) => readonly Received<RawRecord, P>[];
  /** The last line without a line end, if there is one. Call it at the end of the data. */
  readonly end: () => readonly Received<RawRecord, P>[];
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** The number of shown bytes of a line that is too long. */
const SHOWN = 1024;
/** Bytes that are not counted: a byte order mark before a line, and a carriage return after it. */
const UNCOUNTED = 4;

const withoutMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** Decodes as text; a streaming decoder holds back an incomplete character. */
const beginningOf = (bytes: Buffer): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });

/** Decodes bytes as UTF-8 text; a `Broken` with the readable part if they are not UTF-8. */
export const textOf = (bytes: Uint8Array): RawRecord => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return isUtf8(bytes) ? text : { broken: 'not UTF-8', text };
};

/** Decodes the bytes of a line. */
const lineOf = (bytes: Buffer, maxBytes: number): RawRecord => {
  const content = bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes;
  if (content.length > maxBytes)
    return { broken: 'too long', text: beginningOf(content.subarray(0, Math.min(SHOWN, maxBytes))) };
  return textOf(content);
};

/** Makes a line splitter. It stores at most `maxBytes` and a few bytes of an unfinished line. */
export const linesOf = <P extends Json>({
  maxBytes,
  start,
  at,
  ends = newlines(),
}: LinesOptions<P>): Lines<P> => {
  /** The offsets of the last chunk, and of the unfinished line. */
  let offset = start;
  let pieces: Buffer[] = [];
  let heldBytes = 0;
  let lineStart = start;

  const hold = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    const room = maxBytes + UNCOUNTED + 1 - heldBytes;
    // A copy, since the bytes may be overwritten. One byte more than allowed is enough to know that the line is too
    // long.
    if (room > 0) pieces.push(Buffer.from(bytes.subarray(0, room)));
    heldBytes += Math.min(bytes.length, Math.max(0, room));
  };

  const emit = (out: Received<RawRecord, P>[], bytes: Buffer, end: number): void => {
    const line = lineOf(lineStart === 0 ? withoutMark(bytes) : bytes, maxBytes);
    if (line !== '') out.push({ value: line, position: at(end) });
    lineStart = end;
  };

  const finish = (out: Received<RawRecord, P>[], bytes: Buffer, end: number): void => {
    hold(bytes);
    const whole = pieces.length === 1 ? pieces[0] : undefined;
    emit(out, whole ?? Buffer.concat(pieces), end);
    pieces = [];
    heldBytes = 0;
  };

  /** Splits complete lines of valid text as one string: about three times faster than one by one. */
  const cut = (out: Received<RawRecord, P>[], bytes: Buffer, base: number): void => {
    const ascii = isAscii(bytes);
    const text = bytes.toString(ascii ? 'latin1' : 'utf8');
    let [from, byteFrom] = [0, 0];
    while (byteFrom < bytes.length) {
      const end = text.indexOf('\n', from);
      const byteEnd = ascii ? end : bytes.indexOf(NEWLINE, byteFrom);
      const last = text.charCodeAt(end - 1) === RETURN && end > from ? end - 1 : end;
      if (byteEnd - byteFrom > maxBytes) emit(out, bytes.subarray(byteFrom, byteEnd), base + byteEnd + 1);
      else if (last > from) out.push({ value: text.slice(from, last), position: at(base + byteEnd + 1) });
      [from, byteFrom] = [end + 1, byteEnd + 1];
    }
    lineStart = base + byteFrom;
  };

  return {
    push: (bytes) => {
      const out: Received<RawRecord, P>[] = [];
      const afterLast = bytes.lastIndexOf(NEWLINE) + 1;
      let from = 0;
      let tried = false;
      for (;;) {
        // Not for the first line of a file, which may start with a byte order mark, nor for a line with a stored part.
        if (!tried && lineStart > 0 && heldBytes === 0 && from < afterLast) {
          tried = true;
          const whole = bytes.subarray(from, afterLast);
          if (ends.isPlain(whole) && isUtf8(whole)) {
            cut(out, whole, offset + from);
            from = afterLast;
          }
        }
        const end = ends.next(bytes, from, maxBytes);
        if (end === BEFORE) {
          finish(out, Buffer.alloc(0), offset);
          continue;
        }
        if (end < 0) break;
        finish(out, bytes.subarray(from, end), offset + end + 1);
        from = end + 1;
      }
      hold(bytes.subarray(from));
      offset += bytes.length;
      return out;
    },
    end: () => {
      const out: Received<RawRecord, P>[] = [];
      if (heldBytes > 0) finish(out, Buffer.alloc(0), offset);
      return out;
    },
  };
};
