/** The header of a safetensors file: JSON from strangers, of which nothing is believed. */
import { either as E } from 'fp-ts';
import { outOfBounds } from './safetensors-bounds.js';

/** The name that is no tensor's. */
export const METADATA = '__metadata__';

/** What the header says of a tensor. */
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
  if (!isRecord(value)) return refuse(`'${name}' is no record`);
  // Other fields are left alone, as by Hugging Face's reader.
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') return refuse(`'${name}' has no dtype`);
  if (!isSizes(shape)) return refuse(`the shape of '${name}' is no list of whole sizes`);
  if (!isSizes(offsets)) return refuse(`the data_offsets of '${name}' are no whole numbers`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length > 2)
    return refuse(`the data_offsets of '${name}' are ${offsets.length} numbers and not two`);
  return E.right({ dtype, shape, begin, end });
};

const parse = (bytes: Uint8Array): E.Either<HeaderError, unknown> => {
  if (bytes[0] !== 0x7b) return refuse("does not begin with '{'");
  try {
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const wrong = outOfBounds(json);
    return wrong === undefined ? E.right(JSON.parse(json)) : E.left(wrong);
  } catch (error) {
    return refuse(error instanceof SyntaxError ? `no JSON: ${error.message}` : 'no UTF-8');
  }
};

/** Reads the JSON of a header; on the left what is wrong with it. */
export const readHeader = (bytes: Uint8Array): E.Either<HeaderError, Header> => {
  const parsed = parse(bytes);
  if (E.isLeft(parsed)) return parsed;
  if (!isRecord(parsed.right)) return refuse('no record');
  const { [METADATA]: texts, ...named } = parsed.right;
  const metadata = texts ?? {};
  if (!isRecord(metadata)) return refuse(`${METADATA} is no record`);
  const noText = Object.entries(metadata).find(([, text]) => typeof text !== 'string');
  if (noText !== undefined) return refuse(`'${noText[0]}' in ${METADATA} is no text`);
  const tensors: (readonly [string, TensorEntry])[] = [];
  for (const [name, value] of Object.entries(named)) {
    const entry = entryOf(name, value);
    if (E.isLeft(entry)) return entry;
    tensors.push([name, entry.right]);
  }
  // Every one of them is a text, as was found above.
  return E.right({ tensors, metadata: metadata as Readonly<Record<string, string>> });
};
