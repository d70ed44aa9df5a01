/** Safetensors: what was encoded is decoded to the bit, files of others are read, and what is no file is told so. */
import { either as E } from 'fp-ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DType, ParalensError } from 'paralens';
import { type Value } from 'paralens/program';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from 'paralens/format';
import { allocate, bytesOf } from '../../src/tensor/dtype.js';
import { sizeOf } from '../../src/tensor/shape.js';

/** A tensor of any bits at all: payloads of NaN, −0 and denormals among them. */
const value: fc.Arbitrary<Value> = fc
  .record({
    dtype: fc.constantFrom<DType[]>('float32', 'float64', 'int32', 'uint32', 'bool'),
    shape: fc.array(fc.nat(3), { maxLength: 3 }),
    // Of an array within a larger one only its own numbers count.
    lead: fc.nat(2),
  })
  .chain(({ dtype, shape, lead }) => {
    const count = sizeOf(shape) + lead;
    const size = count * bytesOf[dtype];
    const bits = dtype === 'bool' ? fc.nat(1) : fc.nat(255);
    return fc.array(bits, { minLength: size, maxLength: size }).map((bytes) => {
      const whole = allocate(dtype, count);
      new Uint8Array(whole.buffer).set(bytes);
      return { dtype, shape, data: whole.subarray(lead) };
    });
  });

const name = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('0', '12', 'constructor', 'toString', '"', 'a\\', '\ud800', '\u2028', '{', ':'),
  )
  .filter((each) => each !== '__proto__' && each !== '__metadata__');

const file: fc.Arbitrary<Safetensors> = fc.record({
  tensors: fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }),
  metadata: fc.dictionary(name, fc.string({ unit: 'binary' }), { maxKeys: 3, noNullPrototype: true }),
});

const bitsOf = ({ data }: Value): readonly number[] => [
  ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
];

const byName = (tensors: Safetensors['tensors']) =>
  Object.entries(tensors)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([each, tensor]) => [each, tensor.dtype, tensor.shape, bitsOf(tensor)]);

const decoded = (bytes: Uint8Array): Safetensors => {
  const result = decodeSafetensors(bytes);
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

test('decoding inverts encoding bitwise, at every offset in a buffer', () => {
  fc.assert(
    fc.property(file, fc.nat(9), (given, lead) => {
      const encoded = encodeSafetensors(given);
      const moved = new Uint8Array(lead + encoded.length);
      moved.set(encoded, lead);
      const { tensors, metadata } = decoded(moved.subarray(lead));
      expect(byName(tensors)).toEqual(byName(given.tensors));
      expect(metadata).toEqual(given.metadata);
    }),
  );
});

test('the bytes do not depend on the order of the names', () => {
  fc.assert(
    fc.property(file, ({ tensors, metadata }) => {
      const turned = Object.fromEntries(Object.entries(tensors).toReversed());
      expect(encodeSafetensors({ tensors: turned, metadata })).toEqual(
        encodeSafetensors({ tensors, metadata }),
      );
    }),
  );
});

/** The start of the body, and where each tensor lies in it, as another reader finds them. */
const layout = (bytes: Uint8Array) => {
  const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))) as Record<
    string,
    { readonly dtype: string; readonly data_offsets: readonly [number, number] }
  >;
  return { start, entries: Object.entries(header).filter(([each]) => each !== '__metadata__') };
};

const WIDTHS: Readonly<Record<string, number>> = { F64: 8, F32: 4, I32: 4, U32: 4, BOOL: 1 };

test('every array is aligned to its width', () => {
  fc.assert(
    fc.property(file, (given) => {
      const { start, entries } = layout(encodeSafetensors(given));
      for (const [, { dtype, data_offsets }] of entries)
        expect((start + data_offsets[0]) % (WIDTHS[dtype] ?? 0)).toBe(0);
    }),
  );
});

/** A file by hand: a header, and so many bytes. */
const hand = (header: string | Uint8Array, body: readonly number[] = []): Uint8Array => {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(body, 8 + json.length);
  return bytes;
};

test('the example of the specification is read', () => {
  const bytes = hand(
    '{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}',
    new Array<number>(16).fill(0),
  );
  // Its length, 60, is the '<' that the file of the specification begins with.
  expect(bytes[0]).toBe('<'.charCodeAt(0));
  expect(decoded(bytes)).toEqual({
    tensors: { test: { dtype: 'int32', shape: [2, 2], data: new Int32Array(4) } },
    metadata: {},
  });
});

test('files of other writers are read: any order, spaces, metadata last, unaligned data, empty tensors', () => {
  const header = `{ "b" : {"shape":[], "dtype":"F32", "data_offsets":[1,5]},
    "none":{"dtype":"F64","shape":[2,0],"data_offsets":[1,1]},
    "a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}, "__metadata__":{"format":"pt"} }  `;
  expect(decoded(hand(header, [1, 0, 0, 128, 63]))).toEqual({
    tensors: {
      a: { dtype: 'bool', shape: [1], data: Uint8Array.of(1) },
      none: { dtype: 'float64', shape: [2, 0], data: new Float64Array(0) },
      b: { dtype: 'float32', shape: [], data: Float32Array.of(1) },
    },
    metadata: { format: 'pt' },
  });
});

test('the written bytes are those of the specification', () => {
  const bytes = encodeSafetensors({
    tensors: { w: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } },
    metadata: { k: 'v' },
  });
  const json = '{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  expect(bytes).toEqual(hand(json + ' '.repeat((8 - (json.length % 8)) % 8), [0, 0, 128, 63]));
});

const F32 = (offsets: string, shape = '[1]', dtype = 'F32'): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const eight = [0, 0, 0, 0, 0, 0, 0, 0];
const huge = new Uint8Array(16);
new DataView(huge.buffer).setBigUint64(0, 100_000_001n, true);
const all = new Uint8Array(16).fill(255);

const malformed: readonly (readonly [string, Uint8Array, string])[] = [
  ['no bytes', new Uint8Array(0), 'truncated: 0 bytes'],
  ['half a length', new Uint8Array(7), 'truncated: 7 bytes'],
  ['a header that is cut off', hand('{"a":').subarray(0, 11), 'truncated: 11 bytes, the header ends at 13'],
  ['a header too large', huge, 'header: 100000001 bytes long'],
  ['a header longer than any number', all, 'header: 18446744073709551615 bytes long'],
  ['no header', hand(''), "header: does not begin with '{'"],
  ['a list', hand('[]'), "header: does not begin with '{'"],
  ['a blank in front', hand(' {}'), "header: does not begin with '{'"],
  ['not JSON', hand('{"a"}'), 'header: not JSON'],
  ['not UTF-8', hand(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), 'header: not UTF-8'],
  ['a tensor that is a list', hand('{"a":[]}'), "header: 'a' is not an object"],
  ['no dtype', hand('{"a":{"shape":[],"data_offsets":[0,0]}}'), "header: 'a' has no dtype"],
  ['no shape', hand('{"a":{"dtype":"F32","data_offsets":[0,0]}}'), "header: the shape of 'a'"],
  ['a negative size', hand(`{"a":${F32('[0,0]', '[-1]')}}`), "header: the shape of 'a'"],
  ['half a size', hand(`{"a":${F32('[0,0]', '[0.5]')}}`), "header: the shape of 'a'"],
  ['a size beyond whole numbers', hand(`{"a":${F32('[0,0]', '[9007199254740993]')}}`), 'header: the shape'],
  ['one offset', hand(`{"a":${F32('[0]')}}`), "header: the data_offsets of 'a' are 1"],
  ['three offsets', hand(`{"a":${F32('[0,4,8]')}}`), "header: the data_offsets of 'a' are 3"],
  ['texts that never end', hand('{"a'), 'header: not JSON'],
  ['a text that never ends behind a backslash', hand('{"a\\'), 'header: not JSON'],
  ['deeper than any header', hand(`{"a":${'['.repeat(17)}`), 'header: deeper than 16'],
  [
    'more values than any header',
    hand(`{"a":[${'0,'.repeat(2 ** 21)}0]}`),
    'header: more than 2097152 values',
  ],
  ['texts that are none', hand('{"__metadata__":{"a":1}}'), "header: 'a' in __metadata__ is not a string"],
  ['texts in a list', hand('{"__metadata__":[]}'), 'header: __metadata__ is not an object'],
  ['a name twice', hand(`{"a":${F32('[0,4]')},"a":${F32('[4,8]')}}`, eight), "name: 'a' stands twice"],
  [
    'a name twice, written otherwise',
    hand(`{"a":${F32('[0,4]')},"\\u0061":${F32('[0,4]')}}`),
    "name: 'a' stands twice",
  ],
  ['a field twice', hand('{"a":{"dtype":"F32","dtype":"F64"}}'), "name: 'dtype' stands twice"],
  ['texts twice', hand('{"__metadata__":{},"__metadata__":{}}'), "name: '__metadata__' stands twice"],
  ['a name of a prototype', hand(`{"__proto__":${F32('[0,4]')}}`, eight), "name: '__proto__' can be no name"],
  ['a text of that name', hand('{"__metadata__":{"__proto__":"x"}}'), "name: '__proto__' can be no name"],
  [
    'an unknown dtype',
    hand(`{"a":${F32('[0,1]', '[1]', 'F8_E4M3')}}`, [0]),
    "dtype: 'a' is F8_E4M3, known are F64",
  ],
  ['a dtype of a prototype', hand(`{"a":${F32('[0,2]', '[1]', 'constructor')}}`, [0, 0]), "dtype: 'a'"],
  ['too few for the shape', hand(`{"a":${F32('[0,4]', '[2]')}}`, [0, 0, 0, 0]), "shape: 'a' has 4 bytes"],
  [
    'a shape beyond all',
    hand(`{"a":${F32('[0,8]', '[4294967296,4294967296,4294967296]')}}`, eight),
    'shape: ',
  ],
  [
    'an end before its begin',
    hand(`{"a":${F32('[4,0]')}}`, eight),
    "offsets: 'a' is at [4, 0], which ends before",
  ],
  [
    'two over each other',
    hand(`{"a":${F32('[0,4]')},"b":${F32('[2,6]')}}`, eight),
    "offsets: 'b' is at [2, 6], over",
  ],
  ['two on one place', hand(`{"a":${F32('[0,4]')},"b":${F32('[0,4]')}}`, eight), 'offsets: '],
  [
    'a gap',
    hand(`{"a":${F32('[0,2]')},"b":${F32('[4,8]')}}`, eight),
    "offsets: 'b' is at [4, 8], which leaves a gap",
  ],
  ['a gap in front', hand(`{"a":${F32('[4,8]')}}`, eight), "offsets: 'a' is at [4, 8], which leaves a gap"],
  ['beyond the end', hand(`{"a":${F32('[0,8]', '[2]')}}`, [0, 0, 0, 0]), "truncated: 'a' is at [0, 8]"],
  [
    'bytes behind',
    hand(`{"a":${F32('[0,4]')}}`, eight),
    'extra bytes: 8 bytes behind the header, the tensors take 4',
  ],
  ['bytes and no tensors', hand('{}', [0]), 'extra bytes: 1 bytes'],
  [
    'a size of 0 beside sizes without a product',
    hand(`{"a":${F32('[0,0]', `[0,${'9007199254740991,'.repeat(30)}1]`)}}`),
    "shape: 'a' has 0 bytes",
  ],
  [
    'a whole number beyond 32 bits',
    hand(`{"a":${F32('[0,8]', '[1]', 'I64')}}`, [0, 0, 0, 128, 0, 0, 0, 0]),
    "values: 'a' holds 2147483648 at 0, and I64 is read as int32",
  ],
  [
    'a natural number beyond 32 bits',
    hand(`{"a":${F32('[0,8]', '[1]', 'U64')}}`, [0, 0, 0, 0, 1, 0, 0, 0]),
    "values: 'a' holds 4294967296 at 0, and U64 is read as uint32",
  ],
  ['a truth of 2', hand(`{"a":${F32('[0,2]', '[2]', 'BOOL')}}`, [1, 2]), "values: 'a' holds 2 at 1"],
];

describe('invalid files are refused with the reason', () => {
  test.each(malformed)('%s', (_, bytes, message) => {
    const result = decodeSafetensors(bytes);
    expect(E.isLeft(result) && result.left.message).toContain(`safetensors: ${message}`);
    expect(E.isLeft(result) && result.left.message).toContain(
      `safetensors: ${E.isLeft(result) && result.left.kind}: `,
    );
  });
});

test('fields and metadata that the reference reads or ignores', () => {
  const entry = '{"dtype":"F32","shape":[1],"data_offsets":[0,4],"note":{"a":[1,null]},"extra":"x"}';
  const bytes = hand(`{"__metadata__":null,"a":${entry}}`, [0, 0, 128, 63]);
  expect(decoded(bytes)).toEqual({
    tensors: { a: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } },
    metadata: {},
  });
});

/** One tensor of a dtype, of these bytes. */
const dataOf = (dtype: string, width: number, body: readonly number[]): Value['data'] | undefined => {
  const count = body.length / width;
  const header = `{"a":{"dtype":"${dtype}","shape":[${count}],"data_offsets":[0,${body.length}]}}`;
  return decoded(hand(header, body)).tensors['a']?.data;
};

const bytesOfNumbers = (array: ArrayBufferView): readonly number[] => [
  ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
];

test('integers of every width are read exactly', () => {
  expect(dataOf('I8', 1, [0, 127, 128, 255])).toEqual(Int32Array.of(0, 127, -128, -1));
  expect(dataOf('U8', 1, [0, 255])).toEqual(Uint32Array.of(0, 255));
  expect(dataOf('I16', 2, bytesOfNumbers(Int16Array.of(-32768, 32767)))).toEqual(
    Int32Array.of(-32768, 32767),
  );
  expect(dataOf('U16', 2, bytesOfNumbers(Uint16Array.of(65535)))).toEqual(Uint32Array.of(65535));
  expect(dataOf('I64', 8, bytesOfNumbers(BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n)))).toEqual(
    Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
  );
  expect(dataOf('U64', 8, bytesOfNumbers(BigUint64Array.of(2n ** 32n - 1n)))).toEqual(
    Uint32Array.of(2 ** 32 - 1),
  );
});

test('every bfloat16 is the upper half of its float32', () => {
  const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
  const read = dataOf('BF16', 2, bytesOfNumbers(bits));
  expect(new Uint32Array(read?.buffer ?? new ArrayBuffer(0))).toEqual(
    Uint32Array.from(bits, (each) => each * 2 ** 16),
  );
});

test('every binary16 number is read exactly', () => {
  const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
  const read = dataOf('F16', 2, bytesOfNumbers(bits)) ?? new Float32Array(0);
  // From the table of IEEE 754: 1, the largest, the smallest normal, the smallest, −2, −0 and the infinities.
  expect([0x3c00, 0x7bff, 0x0400, 0x0001, 0xc000, 0x8000, 0x7c00, 0xfc00].map((each) => read[each])).toEqual([
    1,
    65504,
    2 ** -14,
    2 ** -24,
    -2,
    -0,
    Infinity,
    -Infinity,
  ]);
  // Neighbors of one exponent are equally far apart, and the halves are mirrored.
  for (let i = 0; i < 0x7c00; i++) {
    const [a, b, mirrored] = [read[i] ?? 0, read[i + 1] ?? 0, read[i + 0x8000] ?? 0];
    if (b - a !== 2 ** (Math.max(1, i >> 10) - 25) && b !== Infinity) throw new Error(`gap at ${i}`);
    if (!Object.is(mirrored, -a)) throw new Error(`sign at ${i}`);
  }
  expect(Number.isNaN(read[0x7c01])).toBe(true);
});

test('any header of 5 MB is refused within a second', () => {
  const fills = ['[', '{"a":', '"a","', ' ', String.raw`\"`, '{},', '0,', '"\\\\"'];
  for (const fill of fills) {
    const bytes = new Uint8Array(8 + 5_000_000);
    new DataView(bytes.buffer).setBigUint64(0, 5_000_000n, true);
    bytes.set(new TextEncoder().encode(`{"a":[${fill.repeat(Math.floor(4_999_000 / fill.length))}`), 8);
    // Of the processor, as others may be using it too.
    const before = process.cpuUsage();
    expect(E.isLeft(decodeSafetensors(bytes))).toBe(true);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  }
});

test('no bytes make it throw: every prefix of a file, and any changed bytes', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(255), (given, where, byte) => {
      const bytes = encodeSafetensors(given);
      const changed = bytes.slice();
      changed[where % bytes.length] = byte;
      decodeSafetensors(changed);
      const cut = decodeSafetensors(bytes.subarray(0, where % bytes.length));
      expect(E.isLeft(cut)).toBe(true);
    }),
  );
});

const zero: Value = { dtype: 'float32', shape: [], data: new Float32Array(1) };

test.each([
  ['a tensor under the name of the texts', { tensors: { __metadata__: zero }, metadata: {} }],
  ['a tensor under the name of a prototype', { tensors: { ['__proto__']: zero }, metadata: {} }],
  ['a text under the name of a prototype', { tensors: {}, metadata: { ['__proto__']: '' } }],
  ['numbers that do not fill the shape', { tensors: { a: { ...zero, shape: [2] } }, metadata: {} }],
])('%s is refused', (_, given: Safetensors) => {
  expect(() => encodeSafetensors(given)).toThrow(ParalensError);
});

test('data decoded from a Node Buffer do not change with the bytes of the file', () => {
  const truths: Value = { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) };
  const bytes = Buffer.from(encodeSafetensors({ tensors: { truths }, metadata: {} }));
  const decoded = decodeSafetensors(bytes);
  bytes.fill(0);
  expect(E.isRight(decoded) && [...(decoded.right.tensors['truths']?.data ?? [])]).toEqual([1, 0, 1]);
});
