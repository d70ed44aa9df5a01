/**
 * The layout of a key-value bucket: the head, one key, lists the checkpoints of a run. Each checkpoint is stored in
 * pieces under keys of its writer.
 *
 *   run.head                      which checkpoints, newest first; the one key that writers compete for
 *   run.<writer>.<slot>.<piece>   the bytes of one of them
 */
import { either as E } from 'fp-ts';
import * as t from 'io-ts';
import { countCodec } from '../source/source.js';

/** A bucket, with the used methods of `@nats-io/kv`. */
export interface KeyValueBucket {
  get(key: string): Promise<KeyValueEntry | null>;
  put(key: string, value: Uint8Array): Promise<number>;
  /** Fails if the key exists. */
  create(key: string, value: Uint8Array): Promise<number>;
  /** Fails if the key is not at this revision. */
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
  purge(key: string): Promise<void>;
  keys(filter: string): Promise<AsyncIterable<string>>;
}

/** An entry of a bucket. */
export interface KeyValueEntry {
  readonly value: Uint8Array;
  readonly revision: number;
  readonly operation: string;
}

const FORMAT = 'paralens.checkpoints';
const VERSION = 1;

const placed = t.strict(
  { sequence: countCodec, step: countCodec, writer: t.string, slot: countCodec, pieces: countCodec },
  'PlacedCheckpoint',
);

/** The place of a checkpoint in the bucket. */
export type CheckpointEntry = Readonly<t.TypeOf<typeof placed>>;

/** The largest number of pieces of a checkpoint; a head that states more is refused. */
export const MOST_PIECES = 2 ** 20;

const headCodec = t.strict(
  { format: t.literal(FORMAT), version: t.number, checkpoints: t.array(placed) },
  'Head',
);

/** The head as it was read or written; revision 0 if there is none. */
export interface Head {
  readonly revision: number;
  readonly checkpoints: readonly CheckpointEntry[];
}

export const EMPTY: Head = { revision: 0, checkpoints: [] };

export const headKey = (name: string): string => `${name}.head`;

/** The keys of the pieces of a checkpoint. */
export const pieceKeys = (name: string, { writer, slot, pieces }: CheckpointEntry): readonly string[] =>
  Array.from({ length: pieces }, (_, piece) => `${name}.${writer}.${slot}.${piece}`);

export const encodeHead = (checkpoints: readonly CheckpointEntry[]): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ format: FORMAT, version: VERSION, checkpoints }));

const parsed = (value: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(value));
  } catch {
    return undefined;
  }
};

/** Decodes the head of an entry. Returns a `Left` if it cannot be read. */
export const decodeHead = (
  entry: KeyValueEntry | null,
): E.Either<{ readonly kind: 'foreign' | 'future'; readonly message: string }, Head> => {
  // A deleted key counts as missing: `create` makes it again.
  if (entry === null || entry.operation !== 'PUT') return E.right(EMPTY);
  const read = headCodec.decode(parsed(entry.value));
  if (E.isLeft(read))
    return E.left({ kind: 'foreign', message: `the value is not a list of checkpoints of ${FORMAT}` });
  const { version, checkpoints } = read.right;
  if (version > VERSION)
    return E.left({
      kind: 'future',
      message: `it has format version ${version}, this paralens reads up to ${VERSION}`,
    });
  const pieces = Math.max(0, ...checkpoints.map((each) => each.pieces));
  return pieces > MOST_PIECES
    ? E.left({
        kind: 'foreign',
        message: `it names a checkpoint of ${pieces} pieces, needed at most ${MOST_PIECES}`,
      })
    : E.right({ revision: entry.revision, checkpoints });
};

/** Splits `whole` into pieces of at most this many bytes; at least one piece. */
export const piecesOf = (whole: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.max(1, Math.ceil(whole.length / size)) }, (_, i) =>
    whole.subarray(i * size, (i + 1) * size),
  );

export const concatenatePieces = (pieces: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};
