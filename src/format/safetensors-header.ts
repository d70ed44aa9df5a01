/** The header of a safetensors file: JSON from strangers, of which nothing is believed. */
import { either as E } from 'fp-ts';

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

const refuse = (message: string, kind: HeaderError['kind'] = 'header'): E.Either<HeaderError, never> =>
  E.left({ kind, message });

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** Where the string ends that begins at a quotation mark of valid JSON. */
const endOfString = (json: string, start: number): number => {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
};

/**
 * A name that may not be: one that stands twice in a record, since of these a parser keeps what it likes, or
 * `__proto__`, which changes what it is assigned to. `JSON.parse` tells of neither, so valid JSON is read once more.
 */
const badName = (json: string): string | undefined => {
  const open: Set<string>[] = [];
  let last = '';
  for (let at = 0; at < json.length; at++)
    if (json[at] === '{') open.push(new Set());
    else if (json[at] === '}') open.pop();
    else if (json[at] === '"') {
      const end = endOfString(json, at);
      last = json.slice(at, end);
      at = end - 1;
    } else if (json[at] === ':') {
      const name = JSON.parse(last) as string;
      const names = open.at(-1);
      if (name === '__proto__') return `'${name}' can be no name`;
      if (names?.has(name) === true) return `'${name}' stands twice in one record`;
      names?.add(name);
    }
  return undefined;
};

const entryOf = (name: string, value: unknown): E.Either<HeaderError, TensorEntry> => {
  if (!isRecord(value)) return refuse(`'${name}' is no record`);
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return refuse(`'${name}' has a field '${unknown}'`);
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
    const value: unknown = JSON.parse(json);
    const bad = badName(json);
    return bad === undefined ? E.right(value) : refuse(bad, 'name');
  } catch (error) {
    return refuse(error instanceof SyntaxError ? `no JSON: ${error.message}` : 'no UTF-8');
  }
};

/** Reads the JSON of a header; on the left what is wrong with it. */
export const readHeader = (bytes: Uint8Array): E.Either<HeaderError, Header> => {
  const parsed = parse(bytes);
  if (E.isLeft(parsed)) return parsed;
  if (!isRecord(parsed.right)) return refuse('no record');
  const { [METADATA]: metadata = {}, ...named } = parsed.right;
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
