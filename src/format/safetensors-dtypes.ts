/** The dtypes of a safetensors file, each with the dtype of this library that represents its numbers exactly. */
import { either as E } from 'fp-ts';
import { required } from '../require.js';
import { allocate, type Data, type DType } from '../tensor/dtype.js';

/** The names of this library's dtypes in a file. */
export const NAMES: { readonly [D in DType]: string } = {
  float64: 'F64',
  float32: 'F32',
  int32: 'I32',
  uint32: 'U32',
  bool: 'BOOL',
};

/** How the numbers of one dtype in a file are read. */
export interface FileDType {
  /** Bytes of one number in the file. */
  readonly bytes: number;
  readonly dtype: DType;
  /** Reads the numbers. Returns as `Left` the first number that the dtype cannot represent. */
  readonly read: (bytes: Uint8Array) => E.Either<{ readonly at: number; readonly value: string }, Data>;
}

/** Numbers with the same bytes in file and memory. */
const asTheyAre = (dtype: DType, bytes: number): FileDType => ({
  bytes,
  dtype,
  read: (raw) => {
    const data = allocate(dtype, raw.length / bytes);
    // A copy is aligned, and does not keep the bytes of the file in memory.
    new Uint8Array(data.buffer).set(raw);
    return E.right(data);
  },
});

/** Numbers that are converted one by one. */
const each = (dtype: DType, bytes: number, at: (view: DataView, offset: number) => number): FileDType => ({
  bytes,
  dtype,
  read: (raw) => {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const data = allocate(dtype, raw.length / bytes);
    for (let i = 0; i < data.length; i++) data[i] = at(view, i * bytes);
    return E.right(data);
  },
});

/** 64-bit integers, if all of them fit 32 bits. The dtype must not depend on the values in the file. */
const narrowed = (
  dtype: 'int32' | 'uint32',
  at: (view: DataView, offset: number) => bigint,
  narrow: (value: bigint) => bigint,
): FileDType => ({
  bytes: 8,
  dtype,
  read: (raw) => {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    const data = allocate(dtype, raw.length / 8);
    for (let i = 0; i < data.length; i++) {
      const value = at(view, 8 * i);
      if (narrow(value) !== value) return E.left({ at: i, value: String(value) });
      data[i] = Number(value);
    }
    return E.right(data);
  },
});

const bool: FileDType = {
  ...asTheyAre('bool', 1),
  read: (raw) => {
    const at = raw.findIndex((byte) => byte > 1);
    // A copy, since `slice` of a Node Buffer is a view of the file's bytes.
    return at < 0 ? E.right(new Uint8Array(raw)) : E.left({ at, value: String(raw[at]) });
  },
};

/** IEEE 754 binary16: (−1)ˢ·2^(e − 15)·(1 + f/1024), and f·2⁻²⁴ if e is 0. */
const half = (bits: number): number => {
  const sign = bits < 0x8000 ? 1 : -1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
};

/** bfloat16 is the upper half of a float32. */
const bfloat16: FileDType = {
  bytes: 2,
  dtype: 'float32',
  read: (raw) => {
    const data = new Float32Array(raw.length / 2);
    const halves = new Uint8Array(data.buffer);
    for (let i = 0; i < data.length; i++) {
      halves[4 * i + 2] = required(raw[2 * i], 'a byte');
      halves[4 * i + 3] = required(raw[2 * i + 1], 'a byte');
    }
    return E.right(data);
  },
};

/** The dtypes by their names in a file. */
export const fileDTypes: ReadonlyMap<string, FileDType> = new Map([
  ['F64', asTheyAre('float64', 8)],
  ['F32', asTheyAre('float32', 4)],
  ['F16', each('float32', 2, (view, at) => half(view.getUint16(at, true)))],
  ['BF16', bfloat16],
  [
    'I64',
    narrowed(
      'int32',
      (view, at) => view.getBigInt64(at, true),
      (value) => BigInt.asIntN(32, value),
    ),
  ],
  ['I32', asTheyAre('int32', 4)],
  ['I16', each('int32', 2, (view, at) => view.getInt16(at, true))],
  ['I8', each('int32', 1, (view, at) => view.getInt8(at))],
  [
    'U64',
    narrowed(
      'uint32',
      (view, at) => view.getBigUint64(at, true),
      (value) => BigInt.asUintN(32, value),
    ),
  ],
  ['U32', asTheyAre('uint32', 4)],
  ['U16', each('uint32', 2, (view, at) => view.getUint16(at, true))],
  ['U8', each('uint32', 1, (view, at) => view.getUint8(at))],
  ['BOOL', bool],
]);
