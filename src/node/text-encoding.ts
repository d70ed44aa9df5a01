/** Detects text in UTF-16 or UTF-32, whose zero bytes make it unreadable as UTF-8. */
import { fail } from '../error.js';

/** The number of bytes at the start of a text that show its encoding. */
export const TELLING = 8;

/** Which byte of each pair is zero, if only one of them is. */
const sideOf = (
  first: number | undefined,
  second: number | undefined,
): 'left' | 'right' | 'none' | 'both' => {
  if (first === 0) return second === 0 ? 'both' : 'left';
  return second === 0 ? 'right' : 'none';
};

/**
 * The probable encoding of a text if it is not UTF-8. UTF-16: at least three of the first four characters have a zero
 * on the same side. UTF-32: each of the first two characters has three zeros. A byte order mark counts as a character.
 * A file that starts only with zeros is not such a text: it was truncated while its writer continued at the old offset.
 */
const encodingOf = (bytes: Buffer): string | undefined => {
  const [a, b, ...rest] = bytes.subarray(0, TELLING);
  const sides = [0, 2, 4, 6].map((at) => sideOf(bytes[at], bytes[at + 1]));
  const isMarked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  const pattern = sides.join(' ');
  if (/^(?:right|none) both right both$/.test(pattern)) return 'UTF-32LE';
  if (/^both (?:left|none) both left$/.test(pattern)) return 'UTF-32BE';
  if (isMarked && rest.includes(0)) return 'UTF-16';
  const isOf = (side: 'left' | 'right'): boolean =>
    sides[0] === side &&
    sides[1] === side &&
    sides.slice(2).includes(side) &&
    sides.every((each) => each === side || each === 'none');
  if (isOf('right')) return 'UTF-16LE';
  return isOf('left') ? 'UTF-16BE' : undefined;
};

/**
 * Makes a check of the first bytes of a text, in chunks of any size. It throws as soon as they look like UTF-16 or
 * UTF-32, whose lines would be records with zeros between the characters.
 */
export const encodingCheck = (operation: string, name: string): ((bytes: Buffer) => void) => {
  let head = Buffer.alloc(0);
  return (bytes) => {
    if (head.length >= TELLING) return;
    head = Buffer.concat([head, bytes.subarray(0, TELLING - head.length)]);
    if (head.length < TELLING) return;
    const encoding = encodingOf(head);
    if (encoding !== undefined)
      fail({
        operation,
        what: `${name} is not UTF-8`,
        got: `probably ${encoding}: its first characters have zero bytes`,
        needed: 'UTF-8',
        hint: `convert it: iconv -f ${encoding} -t UTF-8`,
      });
  };
};
