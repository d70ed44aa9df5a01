/** The header of a safetensors file: untrusted JSON, of which every field is checked. */
import { either as E } from 'fp-ts';
import { outOfBounds } from './safetensors-bounds.js';

/** The reserved name for the metadata. */
export const METADATA = '__metadata__';

/** The entry of a tensor in the header. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly tensors: readonly (readonly [string, TensorEntry])[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface HeaderError {
  readonly kind: 'header' | 'name';
  readonly message: string;
}

const refuse = (message: string): E.Either<HeaderError, never> => E.left({ kind: 'header', message });

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

const entryOf = (name: string, value: unknown): E.Either<HeaderError, TensorEntry> => {
  if (!isRecord(value)) return refuse(`'${name}' is not an object`);
  // Other fields are ignored, as in Hugging Face's reader.
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') return refuse(`'${name}' has no dtype`);
  if (!isSizes(shape)) return refuse(`the shape of '${name}' is not a list of integers ≥ 0`);
  if (!isSizes(offsets)) return refuse(`the data_offsets of '${name}' are not integers ≥ 0`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length > 2)
    return refuse(`the data_offsets of '${name}' are ${offsets.length} numbers instead of two`);
  return E.right({ dtype, shape, begin, end });
};

const parse = (bytes: Uint8Array): E.Either<HeaderError, unknown> => {
  if (bytes[0] !== 0x7b) return refuse("does not begin with '{'");
  try {
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const wrong = outOfBounds(json);
    return wrong === undefined ? E.right(JSON.parse(json)) : E.left(wrong);
  } catch (error) {
    return refuse(error instanceof SyntaxError ? `not JSON: ${error.message}` : 'not UTF-8');
  }
};

/** Reads the JSON of a header. Returns a `Left` if it is not valid. */
export const readHeader = (bytes: Uint8Array): E.Either<HeaderError, Header> => {
  const parsed = parse(bytes);
  if (E.isLeft(parsed)) return parsed;
  if (!isRecord(parsed.right)) return refuse('not an object');
  const { [METADATA]: texts, ...named } = parsed.right;
  const metadata = texts ?? {};
  if (!isRecord(metadata)) return refuse(`${METADATA} is not an object`);
  const noText = Object.entries(metadata).find(([, text]) => typeof text !== 'string');
  if (noText !== undefined) return refuse(`'${noText[0]}' in ${METADATA} is not a string`);
  const tensors: (readonly [string, TensorEntry])[] = [];
  for (const [name, value] of Object.entries(named)) {
    const entry = entryOf(name, value);
    if (E.isLeft(entry)) return entry;
    tensors.push([name, entry.right]);
  }
  // All values are strings, as checked above.
  return E.right({ tensors, metadata: metadata as Readonly<Record<string, string>> });
};
