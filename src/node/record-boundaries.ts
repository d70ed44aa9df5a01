/** Finds the ends of records: newlines; in CSV newlines or carriage returns outside of quotes. */

/** Finds the ends of records in chunks of bytes, with a state for an unfinished record. */
export interface Ends {
  /** Whether every newline in these bytes, which start with a record, ends a record. */
  readonly isPlain: (bytes: Buffer) => boolean;
  /**
   * The index of the newline or carriage return that ends the first record after `from`. −1 if no record ends in these
   * bytes; `BEFORE` if one ended with the last byte before them.
   */
  readonly next: (bytes: Buffer, from: number, maxBytes: number) => number;
}

/** A carriage return ended a record, which is only known from the byte after it. */
export const BEFORE = -2;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const MARK = [0xef, 0xbb, 0xbf];

export const newlines = (): Ends => ({
  isPlain: () => true,
  next: (bytes, from) => bytes.indexOf(NEWLINE, from),
});

/** Whether every carriage return is followed by a newline. */
const hasNoLoneReturn = (bytes: Buffer): boolean => {
  for (let at = bytes.indexOf(RETURN); at >= 0; at = bytes.indexOf(RETURN, at + 1))
    if (bytes[at + 1] !== NEWLINE) return false;
  return true;
};

/**
 * Record ends in CSV (RFC 4180), also with carriage returns alone as line ends: a quote opens at the start of a field,
 * or reopens right after a closing quote. A record that is too long ends at the next newline, even inside of quotes, so
 * that one stray quote does not lose the rest of a file.
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
        // A byte order mark before the first field is not part of it.
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
