/** MurmurHash3 of 32 bits, over words and over the UTF-8 of a text. */
import { required } from '../../../require.js';

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

const mixed = (word: number): number => Math.imul(rotated(Math.imul(word, C1), 15), C2);

/** Mixes a word into a hash: a bijection of the hash for a fixed word, and of the word for a fixed hash. */
export const mix = (hash: number, word: number): number =>
  (Math.imul(rotated(hash ^ mixed(word), 13), 5) + 0xe6546b64) | 0;

/** The final mix: every bit of the result depends on all bits. */
export const finish = (hash: number): number => {
  let x = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
};

/** The UTF-8 of a non-ASCII character, the first byte lowest; unused bytes are 0. */
const utf8 = (code: number): number => {
  // 110xxxxx, 1110xxxx or 11110xxx, then 10xxxxxx for each remaining six bits.
  const rest = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  let word = ((0xff00 >> (rest + 1)) & 0xff) | (code >> (6 * rest));
  for (let at = 1; at <= rest; at++) word |= (0x80 | ((code >> (6 * (rest - at))) & 0x3f)) << (8 * at);
  return word;
};

/**
 * The hash of a text, as an unsigned 32-bit integer. It is not cryptographic. An unpaired surrogate is hashed as
 * U+FFFD, as in UTF-8.
 *
 * Source: A. Appleby, MurmurHash3_x86_32 (public domain, 2011).
 *
 * @example
 * murmur3('hello'); // 613153351
 */
export const murmur3 = (text: string, seed = 0): number => {
  let hash = seed | 0;
  let word = 0;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    let rest = text.charCodeAt(i);
    if (rest >= 0x80) {
      const code = required(text.codePointAt(i), 'a character');
      if (code > 0xffff) i += 1;
      rest = utf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
    }
    // The character of code 0 has one byte.
    do {
      word |= (rest & 0xff) << (8 * (bytes & 3));
      bytes += 1;
      rest >>>= 8;
      if ((bytes & 3) === 0) {
        hash = mix(hash, word);
        word = 0;
      }
    } while (rest !== 0);
  }
  return finish(hash ^ mixed(word) ^ bytes) >>> 0;
};
