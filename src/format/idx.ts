/**
 * IDX: arrays of numbers in a file, the format of MNIST.
 *
 * Two zero bytes, a byte for the type, a byte for the rank, the sizes as big-endian 32-bit numbers, then the
 * numbers, big-endian and row-major.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", its section on formats.
 */
import { either as E } from 'fp-ts';
import { exactSizeOf } from '../tensor/shape.js';

/** The typed array of each type of number in a file. */
export interface IdxArrays {
  readonly uint8: Uint8Array;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

export type IdxType = keyof IdxArrays;

/** The content of a file. For bytes, `data` is a view of the file's bytes. */
export type Idx = {
  readonly [T in IdxType]: {
    readonly dtype: T;
    readonly shape: readonly number[];
    readonly data: IdxArrays[T];
  };
}[IdxType];

/** Why bytes are not an IDX file, or two files are not a pair. */
export interface IdxError {
  readonly kind: 'wrong magic' | 'unknown type' | 'truncated' | 'extra bytes' | 'count mismatch';
  /** For people: what was found, and what was expected. */
  readonly message: string;
}

const refuse = (kind: IdxError['kind'], message: string): E.Either<IdxError, never> =>
  E.left({ kind, message: `idx: ${kind}: ${message}` });

/** A reader for numbers of one type. */
interface Reading<T extends IdxType> {
  readonly dtype: T;
  readonly bytes: number;
  readonly read: (view: DataView, count: number) => IdxArrays[T];
}

/** Reads numbers one by one. */
const each =
  <A extends Int16Array | Int32Array | Float32Array | Float64Array>(
    make: (count: number) => A,
    at: (view: DataView, offset: number) => number,
  ) =>
  (view: DataView, count: number): A => {
    const data = make(count);
    for (let i = 0; i < count; i++) data[i] = at(view, i * data.BYTES_PER_ELEMENT);
    return data;
  };

/** The types by their codes in a file. */
const readings: { readonly [code: number]: { readonly [T in IdxType]: Reading<T> }[IdxType] } = {
  0x08: {
    dtype: 'uint8',
    bytes: 1,
    read: ({ buffer, byteOffset }, count) => new Uint8Array(buffer, byteOffset, count),
  },
  0x09: {
    dtype: 'int8',
    bytes: 1,
    read: ({ buffer, byteOffset }, count) => new Int8Array(buffer, byteOffset, count),
  },
  0x0b: {
    dtype: 'int16',
    bytes: 2,
    read: each(
      (count) => new Int16Array(count),
      (view, at) => view.getInt16(at),
    ),
  },
  0x0c: {
    dtype: 'int32',
    bytes: 4,
    read: each(
      (count) => new Int32Array(count),
      (view, at) => view.getInt32(at),
    ),
  },
  0x0d: {
    dtype: 'float32',
    bytes: 4,
    read: each(
      (count) => new Float32Array(count),
      (view, at) => view.getFloat32(at),
    ),
  },
  0x0e: {
    dtype: 'float64',
    bytes: 8,
    read: each(
      (count) => new Float64Array(count),
      (view, at) => view.getFloat64(at),
    ),
  },
};

const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/**
 * Decodes the bytes of an IDX file. Returns a `Left` for a wrong magic number, an unknown type, or too few or too many
 * bytes. Never throws.
 *
 * @example
 * decodeIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9)); // right({ dtype: 'uint8', shape: [2], data: [7, 9] })
 */
export const decodeIdx = (bytes: Uint8Array): E.Either<IdxError, Idx> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) return refuse('truncated', `${bytes.length} bytes, a header has at least 4`);
  const [zero, nought, code = 0, rank = 0] = bytes;
  if (zero !== 0 || nought !== 0) {
    const packed = zero === 0x1f && nought === 0x8b ? ': a gzip file, unpack it first' : '';
    return refuse('wrong magic', `starts with ${hex([...bytes.subarray(0, 2)])}, not 00 00${packed}`);
  }
  const reading = readings[code];
  if (reading === undefined)
    return refuse('unknown type', `code ${hex([code])}, known are 08, 09, 0b, 0c, 0d and 0e`);
  const header = 4 + 4 * rank;
  if (bytes.length < header)
    return refuse('truncated', `${bytes.length} bytes, the header of ${rank} axes has ${header}`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = exactSizeOf(shape);
  const sizes = `[${shape.join(', ')}] of ${reading.dtype}`;
  if (count === undefined)
    return refuse('truncated', `${bytes.length} bytes, ${sizes} is more than any file holds`);
  const needed = header + count * reading.bytes;
  if (bytes.length < needed) return refuse('truncated', `${bytes.length} bytes, ${sizes} takes ${needed}`);
  if (bytes.length > needed) return refuse('extra bytes', `${bytes.length} bytes, ${sizes} takes ${needed}`);
  const body = new DataView(bytes.buffer, bytes.byteOffset + header, bytes.byteLength - header);
  // Type and numbers come from one reading, so they are one member of the union.
  return E.right({ dtype: reading.dtype, shape, data: reading.read(body, count) } as Idx);
};

/** Images and their labels. */
export interface IdxPair {
  readonly images: Idx;
  readonly labels: Idx;
}

/**
 * Pairs the images and labels of a data set. The first axis of each counts the examples. Returns a `Left` if the counts
 * differ.
 *
 * @example
 * pairIdx(decodeIdx(imageBytes), decodeIdx(labelBytes));
 */
export const pairIdx = (
  images: E.Either<IdxError, Idx>,
  labels: E.Either<IdxError, Idx>,
): E.Either<IdxError, IdxPair> => {
  if (E.isLeft(images)) return images;
  if (E.isLeft(labels)) return labels;
  const [imageCount, labelCount] = [images.right.shape[0] ?? 0, labels.right.shape[0] ?? 0];
  return imageCount === labelCount
    ? E.right({ images: images.right, labels: labels.right })
    : refuse('count mismatch', `${imageCount} images and ${labelCount} labels`);
};
