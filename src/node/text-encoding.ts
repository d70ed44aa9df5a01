/** Files of text that are not UTF-8 but UTF-16 or UTF-32: every second byte of them is 0, and nothing in them can be read. */
import { fail } from '../error.js';

/** Bytes at the start of a text that tell its encoding. */
export const TELLING = 8;

/** On which side of each pair of bytes a zero stands alone, if it does. */
const sideOf = (
  first: number | undefined,
  second: number | undefined,
): 'left' | 'right' | 'none' | 'both' => {
  if (first === 0) return second === 0 ? 'both' : 'left';
  return second === 0 ? 'right' : 'none';
};

/**
 * The encoding that the first bytes of a text look like, if it is another than UTF-8: one of two bytes has a zero in at
 * least three of its first four characters, on one side; one of four bytes has three zeros in each of its first two.
 * A mark at the start stands for one of them. A file that begins with nothing but zeros has none: it was cut short while
 * its writer went on behind the hole.
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
 * Looks at a text from its start on, as its bytes come: throws as soon as they look like UTF-16 or UTF-32, whose lines
 * would else be records with zeros between the characters.
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
