/** Where a record ends: at a newline; in CSV at a newline or a carriage return that no quotes enclose. */

/** Finds the ends of records, and remembers between pieces of the bytes what it has seen of an unfinished one. */
export interface Ends {
  /** Whether every newline is one in these bytes, which begin with a record. */
  readonly isPlain: (bytes: Buffer) => boolean;
  /**
   * Where the first record ends from a place on: at the newline or carriage return there. −1 says that none does and
   * that all bytes have been looked at, `BEFORE` that one ended with the last of the bytes before these.
   */
  readonly next: (bytes: Buffer, from: number, maxBytes: number) => number;
}

/** A carriage return ended a record, which only the byte after it could tell. */
export const BEFORE = -2;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const MARK = [0xef, 0xbb, 0xbf];

export const newlines = (): Ends => ({
  isPlain: () => true,
  next: (bytes, from) => bytes.indexOf(NEWLINE, from),
});

/** Whether every carriage return stands before a newline. */
const hasNoLoneReturn = (bytes: Buffer): boolean => {
  for (let at = bytes.indexOf(RETURN); at >= 0; at = bytes.indexOf(RETURN, at + 1))
    if (bytes[at + 1] !== NEWLINE) return false;
  return true;
};

/**
 * CSV, RFC 4180, and files whose lines end with carriage returns alone: a quote opens where a field begins, or goes on where it has just been closed. A record that grows
 * too long ends at the next newline whatever the quotes say, so that one stray quote does not cost the rest of a file.
 */
export const outsideQuotes = (delimiter: number): Ends => {
  let quoted = false;
  let mayOpen = true;
  let length = 0;
  /** The last byte was a carriage return outside of quotes: it ends a record unless a newline follows. */
  let returned = false;
  const ended = (at: number): number => {
    quoted = false;
    mayOpen = true;
    length = 0;
    returned = false;
    return at;
  };
  return {
    isPlain: (bytes) => !bytes.includes(QUOTE) && hasNoLoneReturn(bytes),
    next: (bytes, from, maxBytes) => {
      for (let i = from; i < bytes.length; i++) {
        const byte = bytes[i];
        if (byte === NEWLINE && (!quoted || length > maxBytes)) return ended(i);
        if (returned) return ended(i === 0 ? BEFORE : i - 1);
        if (byte === RETURN && (!quoted || length > maxBytes)) {
          returned = true;
          continue;
        }
        length += 1;
        // A byte order mark stands before the first field and is no part of it.
        if (length <= MARK.length && byte === MARK[length - 1]) continue;
        if (byte === QUOTE && (quoted || mayOpen)) {
          quoted = !quoted;
          // Closed: another quote opens again, as in "a ""b""".
          mayOpen = true;
        } else if (!quoted) mayOpen = byte === delimiter;
      }
      return -1;
    },
  };
};
