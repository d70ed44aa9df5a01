/** Where a record ends: at a newline, in CSV at one that no quotes enclose. */

/** Finds the ends of records, and remembers between pieces of the bytes what it has seen of an unfinished one. */
export interface Ends {
  /** Whether every newline is one in these bytes, which begin with a record. */
  readonly isPlain: (bytes: Buffer) => boolean;
  /** The first newline from a place on that ends a record, or −1, which says that all bytes have been looked at. */
  readonly next: (bytes: Buffer, from: number, maxBytes: number) => number;
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const MARK = [0xef, 0xbb, 0xbf];

export const newlines = (): Ends => ({
  isPlain: () => true,
  next: (bytes, from) => bytes.indexOf(NEWLINE, from),
});

/**
 * CSV, RFC 4180: a quote opens where a field begins, or goes on where it has just been closed. A record that grows
 * too long ends at the next newline whatever the quotes say, so that one stray quote does not cost the rest of a file.
 */
export const outsideQuotes = (delimiter: number): Ends => {
  let quoted = false;
  let mayOpen = true;
  let length = 0;
  return {
    isPlain: (bytes) => !bytes.includes(QUOTE),
    next: (bytes, from, maxBytes) => {
      for (let i = from; i < bytes.length; i++) {
        const byte = bytes[i];
        if (byte === NEWLINE && (!quoted || length > maxBytes)) {
          quoted = false;
          mayOpen = true;
          length = 0;
          return i;
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
