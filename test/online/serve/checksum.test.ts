/** The checksum of parameters: of their bytes and nothing else, and of every one of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumOf } from '../../../src/online/serve/checksum.js';

const arrays = fc.array(
  fc.oneof(
    fc.float32Array({ maxLength: 9 }),
    fc.float64Array({ maxLength: 5 }),
    fc.int32Array({ maxLength: 9 }),
    fc.uint8Array({ maxLength: 11 }),
  ),
  { minLength: 1, maxLength: 4 },
);

test('is the same for the same bytes at any offset', () => {
  fc.assert(
    fc.property(arrays, fc.nat({ max: 7 }), (data, shift) => {
      const moved = data.map((each) => {
        const bytes = new Uint8Array(each.byteLength + shift);
        bytes.set(new Uint8Array(each.buffer, each.byteOffset, each.byteLength), shift);
        return bytes.subarray(shift);
      });
      expect(checksumOf(moved)).toBe(checksumOf(data));
      expect(checksumOf(data)).toMatch(/^[0-9a-f]{16}$/);
    }),
  );
});

test('differs for any flipped bit', () => {
  fc.assert(
    fc.property(arrays, fc.nat(), (data, place) => {
      const bits = 8 * data.reduce((sum, { byteLength }) => sum + byteLength, 0);
      fc.pre(bits > 0);
      const before = checksumOf(data);
      let bit = place % bits;
      for (const { buffer, byteOffset, byteLength } of data) {
        if (bit >= 0 && bit < 8 * byteLength) {
          const bytes = new Uint8Array(buffer, byteOffset, byteLength);
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        }
        bit -= 8 * byteLength;
      }
      expect(checksumOf(data)).not.toBe(before);
    }),
  );
});

test('distinguishes equal numbers with different bits, and the ends of arrays', () => {
  const of = (...lists: readonly number[][]) => checksumOf(lists.map((list) => Float32Array.from(list)));
  expect(of([0])).not.toBe(of([-0]));
  expect(of([1, 2], [3])).not.toBe(of([1], [2, 3]));
  expect(of([1, 2])).not.toBe(of([2, 1]));
  expect(of([1, 2], [])).not.toBe(of([1, 2]));
  // Two signs in one lane: what a sum or FNV-1a over words does not see.
  expect(of([1, 0, 2])).not.toBe(of([-1, 0, -2]));
});
