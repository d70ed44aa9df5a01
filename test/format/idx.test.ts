/** IDX files: what is decoded, and every way in which bytes can be none. */
import { either as E } from 'fp-ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeIdx, type Idx, type IdxError, pairIdx } from 'paralens/format';

const CODES = { uint8: 8, int8: 9, int16: 11, int32: 12, float32: 13, float64: 14 } as const;

const WRITE = {
  uint8: [1, (view: DataView, at: number, value: number) => view.setUint8(at, value)],
  int8: [1, (view: DataView, at: number, value: number) => view.setInt8(at, value)],
  int16: [2, (view: DataView, at: number, value: number) => view.setInt16(at, value)],
  int32: [4, (view: DataView, at: number, value: number) => view.setInt32(at, value)],
  float32: [4, (view: DataView, at: number, value: number) => view.setFloat32(at, value)],
  float64: [8, (view: DataView, at: number, value: number) => view.setFloat64(at, value)],
} as const;

type Name = keyof typeof CODES;

/** The file of an array, after `lead` bytes of something else. */
const encode = (dtype: Name, shape: readonly number[], data: readonly number[], lead = 0): Uint8Array => {
  const [bytes, write] = WRITE[dtype];
  const header = 4 + 4 * shape.length;
  const buffer = new ArrayBuffer(lead + header + bytes * data.length);
  const view = new DataView(buffer, lead);
  view.setUint8(2, CODES[dtype]);
  view.setUint8(3, shape.length);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  for (const [i, value] of data.entries()) write(view, header + bytes * i, value);
  return new Uint8Array(buffer, lead);
};

const file = fc
  .record({
    dtype: fc.constantFrom<Name[]>('uint8', 'int8', 'int16', 'int32', 'float32', 'float64'),
    shape: fc.array(fc.nat(3), { maxLength: 3 }),
    lead: fc.nat(5),
  })
  .chain(({ dtype, shape, lead }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return fc
      .array(fc.nat(127), { minLength: length, maxLength: length })
      .map((data) => ({ dtype, shape, data, bytes: encode(dtype, shape, data, lead) }));
  });

const errorOf = (result: E.Either<IdxError, unknown>): readonly [string, string] =>
  E.isLeft(result) ? [result.left.kind, result.left.message] : ['none', ''];

test('decoding inverts encoding, for every type, rank and offset in a buffer', () => {
  fc.assert(
    fc.property(file, ({ dtype, shape, data, bytes }) => {
      const result = decodeIdx(bytes);
      expect(E.isRight(result)).toBe(true);
      if (E.isLeft(result)) return;
      expect(result.right.dtype).toBe(dtype);
      expect(result.right.shape).toEqual(shape);
      expect([...result.right.data]).toEqual(data);
    }),
  );
});

test('a byte less is truncated, a byte more is an extra byte, at every length', () => {
  fc.assert(
    fc.property(file, fc.nat(1000), ({ bytes }, cut) => {
      expect(errorOf(decodeIdx(bytes.slice(0, cut % bytes.length)))[0]).toBe('truncated');
      expect(errorOf(decodeIdx(Uint8Array.of(...bytes, 0)))[0]).toBe('extra bytes');
    }),
  );
});

test('any bytes are an array or an error, never a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(['Left', 'Right']).toContain(decodeIdx(bytes)._tag);
    }),
  );
});

test('errors state the found and the expected value', () => {
  const bytes = encode('uint8', [2, 3], [1, 2, 3, 4, 5, 6]);
  expect(errorOf(decodeIdx(bytes.slice(0, 14)))).toEqual([
    'truncated',
    'idx: truncated: 14 bytes, [2, 3] of uint8 takes 18',
  ]);
  expect(errorOf(decodeIdx(Uint8Array.of(0, 0, 8, 3, 0)))[1]).toBe(
    'idx: truncated: 5 bytes, the header of 3 axes has 16',
  );
  expect(errorOf(decodeIdx(Uint8Array.of(...bytes, 0)))[1]).toBe(
    'idx: extra bytes: 19 bytes, [2, 3] of uint8 takes 18',
  );
  expect(errorOf(decodeIdx(Uint8Array.of(137, 80, 78, 71)))).toEqual([
    'wrong magic',
    'idx: wrong magic: starts with 89 50, not 00 00',
  ]);
  expect(errorOf(decodeIdx(Uint8Array.of(0x1f, 0x8b, 8, 0)))[1]).toContain('a gzip file, unpack it first');
  expect(errorOf(decodeIdx(Uint8Array.of(0, 0, 10, 0)))).toEqual([
    'unknown type',
    'idx: unknown type: code 0a, known are 08, 09, 0b, 0c, 0d and 0e',
  ]);
});

test('the numbers of images and labels must be equal', () => {
  const array = (count: number): E.Either<IdxError, Idx> =>
    decodeIdx(
      encode(
        'uint8',
        [count],
        Array.from({ length: count }, () => 0),
      ),
    );
  expect(E.isRight(pairIdx(array(3), array(3)))).toBe(true);
  expect(errorOf(pairIdx(array(3), array(2)))).toEqual([
    'count mismatch',
    'idx: count mismatch: 3 images and 2 labels',
  ]);
  const broken = decodeIdx(new Uint8Array(0));
  expect(errorOf(pairIdx(broken, array(1)))[0]).toBe('truncated');
  expect(errorOf(pairIdx(array(1), broken))[0]).toBe('truncated');
});

test('axes whose product overflows are refused, also with a size of 0', () => {
  const rank = 33;
  const bytes = new Uint8Array(4 + 4 * rank).fill(255);
  bytes.set([0, 0, 8, rank]);
  bytes.fill(0, bytes.length - 4);
  expect(decodeIdx(bytes)).toMatchObject({ left: { kind: 'truncated' } });
  bytes.fill(255, bytes.length - 4);
  expect(decodeIdx(bytes)).toMatchObject({ left: { kind: 'truncated' } });
});
