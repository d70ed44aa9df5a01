/** A fast checksum of arrays, to distinguish the parameters of every step. */
import { required } from '../../require.js';
import type { Data } from '../../tensor/dtype.js';
import { finish, mix } from '../fold/feature/murmur.js';

/** The bytes of an array as words, padded with zeros. */
const wordsOf = (data: Data): Int32Array => {
  const { buffer, byteOffset, byteLength } = data;
  if (byteOffset % 4 === 0 && byteLength % 4 === 0) return new Int32Array(buffer, byteOffset, byteLength / 4);
  const filled = new Uint8Array(4 * Math.ceil(byteLength / 4));
  filled.set(new Uint8Array(buffer, byteOffset, byteLength));
  return new Int32Array(filled.buffer);
};

const digits = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/**
 * A 64-bit checksum of the bytes of arrays, in hexadecimal digits: equal for equal bytes, and different for any change
 * of a single word. Two lanes take the words in turn, so that a processor can compute both in parallel. It
 * distinguishes snapshots and detects damage; it does not protect against forgery.
 *
 * Source: A. Appleby, MurmurHash3 (32 bits), https://github.com/aappleby/smhasher.
 */
export const checksumOf = (arrays: readonly Data[]): string => {
  let [even, odd] = [0, 0x9747b28c | 0];
  for (const data of arrays) {
    const words = wordsOf(data);
    // The lengths separate the arrays.
    even = mix(even, data.byteLength);
    const pairs = words.length & ~1;
    for (let i = 0; i < pairs; i += 2) {
      even = mix(even, required(words[i], 'a word'));
      odd = mix(odd, required(words[i + 1], 'a word'));
    }
    if (pairs < words.length) odd = mix(odd, required(words[pairs], 'a word'));
  }
  // Each half depends on both lanes: the pair of sums is a bijection of the pair of lanes.
  const low = (finish(even) + finish(odd)) | 0;
  return digits(finish(low)) + digits(finish(low + finish(odd)));
};
