/**
 * Safetensors: named tensors in a file, the format of Hugging Face's hub.
 *
 * The first eight bytes are the little-endian length of the header. The header is JSON: for each name a dtype, a shape
 * and the begin and end of the data after the header, and under `__metadata__` strings by name. The data follow,
 * little-endian and row-major, without gaps, to the end of the file. Encoded files put wider numbers first and pad the
 * header with spaces to a multiple of eight, so that every array is aligned.
 *
 * Typed arrays are assumed to be little-endian, as on every machine that runs WebAssembly in Node or a browser.
 *
 * Source: https://github.com/huggingface/safetensors, its README on the format.
 */
import { either as E } from 'fp-ts';
import { fail, showShape } from '../error.js';
import { bytesOf } from '../tensor/dtype.js';
import type { Value } from '../tensor/primitive/primitive.js';
import { exactSizeOf, sizeOf } from '../tensor/shape.js';
import { MOST_VALUES } from './safetensors-bounds.js';
import { fileDTypes, NAMES } from './safetensors-dtypes.js';
import { METADATA, readHeader, type TensorEntry } from './safetensors-header.js';

/** Tensors and metadata strings, both by name. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, Value>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Why bytes are not a safetensors file, or cannot be read. */
export interface SafetensorsError {
  readonly kind: 'truncated' | 'header' | 'name' | 'dtype' | 'shape' | 'offsets' | 'extra bytes' | 'values';
  /** For people: what was found, and what was expected. */
  readonly message: string;
}

/** The largest header in bytes, as in Hugging Face's reader: it bounds the cost of parsing JSON. */
const LARGEST_HEADER = 100_000_000;

const refuse = (kind: SafetensorsError['kind'], message: string): E.Either<SafetensorsError, never> =>
  E.left({ kind, message: `safetensors: ${kind}: ${message}` });

const byWidthThenName = (
  [a, { dtype: first }]: readonly [string, Value],
  [b, { dtype: second }]: readonly [string, Value],
): number => bytesOf[second] - bytesOf[first] || (a < b ? -1 : 1);

const checkNames = (tensors: Safetensors['tensors'], metadata: Safetensors['metadata']): void => {
  const taken = Object.hasOwn(tensors, METADATA) ? METADATA : undefined;
  const refused = [...Object.keys(tensors), ...Object.keys(metadata)].find((name) => name === '__proto__');
  const name = taken ?? refused;
  if (name !== undefined)
    fail({
      operation: 'safetensors',
      what: 'the name is reserved',
      got: `'${name}'`,
      needed: 'another name for the tensor or the text',
    });
};

/**
 * Encodes tensors and metadata strings as the bytes of a file; all bits of the data are kept. The metadata come first
 * in the header. Throws if a tensor is named `__metadata__` or anything is named `__proto__`, if an array does not
 * match its shape, or if the header would exceed 100 MB, the limit of readers.
 *
 * @example
 * const bytes = encodeSafetensors({ tensors: { bias: evaluate(tensor([1, 2])) }, metadata: { by: 'paralens' } });
 * bytes.length; // 112
 */
export const encodeSafetensors = ({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> => {
  checkNames(tensors, metadata);
  const sorted = Object.entries(tensors).toSorted(byWidthThenName);
  let end = 0;
  const entries = sorted.map(([name, { dtype, shape, data }]) => {
    if (data.byteLength !== sizeOf(shape) * bytesOf[dtype])
      fail({
        operation: 'safetensors',
        what: `the data of '${name}' do not match its shape`,
        got: `${data.byteLength} bytes`,
        needed: `${sizeOf(shape) * bytesOf[dtype]} bytes for ${showShape(shape)} of ${dtype}`,
      });
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: NAMES[dtype], shape, data_offsets: [begin, end] }] as const;
  });
  const texts = Object.keys(metadata).length === 0 ? [] : [[METADATA, metadata] as const];
  const values = sorted.reduce(
    (sum, [, { shape }]) => sum + 12 + shape.length,
    Object.keys(metadata).length * 2,
  );
  if (values > MOST_VALUES)
    fail({
      operation: 'safetensors',
      what: 'too many tensors for one file',
      got: `${sorted.length}, with ${values} values in their header`,
      needed: `at most ${MOST_VALUES}`,
    });
  // Not as one object, whose keys that look like integers would come first.
  const fields = [...texts, ...entries].map((field) => field.map((part) => JSON.stringify(part)).join(':'));
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > LARGEST_HEADER)
    fail({
      operation: 'safetensors',
      what: 'the header is too large',
      got: `${length} bytes`,
      needed: `at most ${LARGEST_HEADER} bytes`,
      hint: 'write long texts as tensors, or use shorter names',
    });
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + length);
  let at = 8 + length;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
};

/** The tensor of an entry, with a copy of its data. */
const read = (name: string, entry: TensorEntry, body: Uint8Array): E.Either<SafetensorsError, Value> => {
  const { shape, begin, end } = entry;
  const file = fileDTypes.get(entry.dtype);
  if (file === undefined)
    return refuse('dtype', `'${name}' is ${entry.dtype}, known are ${[...fileDTypes.keys()].join(', ')}`);
  const count = exactSizeOf(shape);
  const size = count === undefined ? Number.NaN : count * file.bytes;
  if (end - begin !== size)
    return refuse(
      'shape',
      `'${name}' has ${end - begin} bytes, ${showShape(shape)} of ${entry.dtype} takes ${Number.isNaN(size) ? 'more than any file holds' : size}`,
    );
  const data = file.read(body.subarray(begin, end));
  if (E.isRight(data)) return E.right({ dtype: file.dtype, shape, data: data.right });
  const needed = file.dtype === 'bool' ? 'a BOOL is 0 or 1' : `${entry.dtype} is read as ${file.dtype}`;
  return refuse('values', `'${name}' holds ${data.left.value} at ${data.left.at}, and ${needed}`);
};

/** The entries in the order of their data. Returns a `Left` unless the data fill the file without gaps or overlaps. */
const inOrder = (
  entries: readonly (readonly [string, TensorEntry])[],
  size: number,
): E.Either<SafetensorsError, readonly (readonly [string, TensorEntry])[]> => {
  const sorted = entries.toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const [name, { begin, end }] of sorted) {
    const where = `'${name}' is at [${begin}, ${end}]`;
    if (end < begin) return refuse('offsets', `${where}, which ends before it begins`);
    if (begin < at) return refuse('offsets', `${where}, over what lies before ${at}`);
    if (begin > at) return refuse('offsets', `${where}, which leaves a gap behind ${at}`);
    if (end > size) return refuse('truncated', `${where}, and there are ${size} bytes`);
    at = end;
  }
  return at === size
    ? E.right(sorted)
    : refuse('extra bytes', `${size} bytes behind the header, the tensors take ${at}`);
};

/**
 * Decodes the bytes of a safetensors file. Returns a `Left` for too few or too many bytes, a header that is not JSON of
 * the right form, duplicate names, and data that overlap or leave gaps. F64, F32, I32, U32 and BOOL keep their dtype;
 * F16 and BF16 become float32, I8 and I16 int32, U8 and U16 uint32. I64 becomes int32 and U64 uint32 if all their
 * numbers fit, and is refused otherwise. Never throws.
 *
 * @example
 * const bytes = encodeSafetensors({ tensors: { bias: evaluate(tensor([1, 2])) }, metadata: {} });
 * decodeSafetensors(bytes); // right({ tensors: { bias: { dtype: 'float32', shape: [2], data: [1, 2] } }, metadata: {} })
 */
export const decodeSafetensors = (bytes: Uint8Array): E.Either<SafetensorsError, Safetensors> => {
  if (bytes.length < 8)
    return refuse('truncated', `${bytes.length} bytes, the length of a header alone takes 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(LARGEST_HEADER))
    return refuse('header', `${length} bytes long, at most ${LARGEST_HEADER} are read`);
  const start = 8 + Number(length);
  if (bytes.length < start) return refuse('truncated', `${bytes.length} bytes, the header ends at ${start}`);
  const header = readHeader(bytes.subarray(8, start));
  if (E.isLeft(header)) return refuse(header.left.kind, header.left.message);
  const body = bytes.subarray(start);
  const ordered = inOrder(header.right.tensors, body.length);
  if (E.isLeft(ordered)) return ordered;
  const tensors: (readonly [string, Value])[] = [];
  for (const [name, entry] of ordered.right) {
    const value = read(name, entry, body);
    if (E.isLeft(value)) return value;
    tensors.push([name, value.right]);
  }
  return E.right({ tensors: Object.fromEntries(tensors), metadata: header.right.metadata });
};
