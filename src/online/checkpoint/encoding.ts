/**
 * The encoding of checkpoints as safetensors files, which Python can open too: tensors by path, and the other fields in
 * the metadata of the header. The first field is the SHA-256 of all other bytes, at a fixed offset, so that the
 * checksum is verified before anything else, even the header, is parsed:
 *
 *   8 bytes │ {"__metadata__":{"sha256":" │ 64 digits │ ","format":"paralens.checkpoint","version":"1",… │ numbers
 *
 * Later versions keep this beginning, so that a reader can distinguish a newer file from a damaged one.
 */
import { either as E } from 'fp-ts';
import { decodeSafetensors, encodeSafetensors } from '../../format/safetensors.js';
import { required } from '../../require.js';
import type { Value } from '../../tensor/primitive/primitive.js';
import type { Checkpoint, CheckpointError, ExpectedCheckpoint } from './checkpoint.js';
import { jsonOfText, jsonText } from '../json.js';
import { signatureDifference } from './signature.js';
import { firstDifference } from './structure-hash.js';

const FORMAT = 'paralens.checkpoint';
const VERSION = 1;

/** The bytes after the length of the header. */
const BEGINNING = new TextEncoder().encode('{"__metadata__":{"sha256":"');
const DIGEST_AT = 8 + BEGINNING.length;
const DIGEST_LENGTH = 64;
const BODY_AT = DIGEST_AT + DIGEST_LENGTH;
const NO_DIGEST = '0'.repeat(DIGEST_LENGTH);

/** The digits of the SHA-256 of bytes in which the digits themselves are zeros. Computed off the main thread. */
const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return new TextEncoder().encode(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
};

/** Whether the checksum in the bytes is correct. */
const isWhole = async (bytes: Uint8Array): Promise<boolean> => {
  const undigested = new Uint8Array(bytes);
  undigested.set(new TextEncoder().encode(NO_DIGEST), DIGEST_AT);
  return equalAt(bytes, DIGEST_AT, await digestOf(undigested));
};

const equalAt = (bytes: Uint8Array, at: number, part: Uint8Array): boolean =>
  part.every((byte, i) => bytes[at + i] === byte);

/** Up to this many characters, plain data are in the header, readable for other programs; longer data are a tensor. */
const MOST_IN_HEADER = 1 << 20;
/** The default limit of plain data, in bytes. */
const MOST_DATA = 1 << 28;
const DATA = 'paralens.data';

const textOf = (data: Checkpoint['data']): string | undefined => {
  try {
    return jsonText(data);
  } catch (error) {
    // The text is longer than a string may be.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** A text as a tensor: the length in bytes, then the UTF-8 bytes. */
const tensorOfText = (bytes: Uint8Array): Value => {
  const data = new Uint32Array(1 + Math.ceil(bytes.length / 4));
  data[0] = bytes.length;
  new Uint8Array(data.buffer).set(bytes, 4);
  return { dtype: 'uint32', shape: [data.length], data };
};

const textOfTensor = ({ data }: Value): string => {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new TextDecoder().decode(bytes.subarray(4, 4 + required(data[0], 'a length')));
};

/**
 * Encodes a checkpoint, number `sequence` of its store. Returns a `Left` if its plain data, such as the states of
 * folds, are too large. Throws if the data are not plain data, or if the tensors cannot be written as safetensors.
 */
export const encodeCheckpoint = async (
  name: string,
  { step, structure, tensors, data }: Checkpoint,
  sequence: number,
  mostData = MOST_DATA,
): Promise<E.Either<CheckpointError, Uint8Array<ArrayBuffer>>> => {
  const text = textOf(data);
  const isLarge = text === undefined || text.length > MOST_IN_HEADER;
  const encoded = isLarge && text !== undefined ? new TextEncoder().encode(text) : undefined;
  if (isLarge && (encoded === undefined || encoded.length > mostData)) {
    const size = `more than ${mostData >> 20} MiB of plain data`;
    const message = `${name}: too large: ${size} in the states of its folds; bound their windows`;
    return E.left({ kind: 'too large', name, message });
  }
  const manifest = {
    format: FORMAT,
    version: `${VERSION}`,
    sequence: `${sequence}`,
    step: `${step}`,
    structure,
  };
  const metadata = {
    sha256: NO_DIGEST,
    ...manifest,
    ...(encoded === undefined && { data: required(text, 'the data') }),
  };
  const all = encoded === undefined ? tensors : { ...tensors, [DATA]: tensorOfText(encoded) };
  const bytes = encodeSafetensors({ tensors: all, metadata });
  bytes.set(await digestOf(bytes), DIGEST_AT);
  return E.right(bytes);
};

/** Parses an integer of the metadata. */
const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;

/** The version, which follows the checksum, so that it is read before anything that may be new. */
const versionOf = (bytes: Uint8Array): number | undefined => {
  const text = new TextDecoder().decode(bytes.subarray(BODY_AT, BODY_AT + 80));
  return count(/^","format":"paralens\.checkpoint","version":"(\d+)"/.exec(text)?.[1]);
};

/**
 * Decodes the bytes that a store has under `name` as number `sequence`. Returns a `Left` of kind `torn` if they are
 * damaged, `foreign` if they are not a checkpoint, and `future` if a later version wrote them.
 */
export const decodeCheckpoint = async (
  name: string,
  bytes: Uint8Array,
  sequence: number,
): Promise<E.Either<CheckpointError, Checkpoint>> => {
  const refuse = (kind: CheckpointError['kind'], message: string): E.Either<CheckpointError, never> =>
    E.left({ kind, name, message: `${name}: ${kind}: ${message}` });
  if (bytes.length < BODY_AT) return refuse('torn', `${bytes.length} bytes are too few for a checkpoint`);
  if (!equalAt(bytes, 8, BEGINNING))
    return refuse('foreign', 'not a checkpoint of paralens: it begins differently');
  if (!(await isWhole(bytes))) return refuse('torn', `the checksum of its ${bytes.length} bytes is wrong`);
  const version = versionOf(bytes);
  if (version === undefined) return refuse('foreign', `its header does not name '${FORMAT}' and a version`);
  if (version > VERSION)
    return refuse(
      'future',
      `it has format version ${version}, this paralens reads up to ${VERSION}: use a newer paralens`,
    );
  const file = decodeSafetensors(bytes);
  if (E.isLeft(file)) return refuse('foreign', file.left.message);
  const { metadata } = file.right;
  const { [DATA]: written, ...tensors } = file.right.tensors;
  const text = written === undefined ? metadata['data'] : textOfTensor(written);
  const [step, data] = [count(metadata['step']), jsonOfText(text ?? '')];
  if (step === undefined || E.isLeft(data)) return refuse('foreign', 'its metadata have no step or no data');
  if (count(metadata['sequence']) !== sequence)
    return refuse(
      'foreign',
      `it was saved as number ${metadata['sequence'] ?? '?'}: the file was renamed or copied`,
    );
  return E.right({ step, structure: metadata['structure'] ?? '', tensors, data: data.right });
};

/** The part of a run that a tensor belongs to. */
const partOf = (path: string): string => {
  if (path.startsWith('parameters.')) return 'the model: ';
  if (path.startsWith('buffers.')) return 'the buffers of the model: ';
  return path.startsWith('optimizer.') ? 'the optimizer: ' : '';
};

/** Why a run cannot resume from a valid checkpoint of another model, if so. */
export const structureError = (
  name: string,
  { structure, tensors }: Checkpoint,
  { optional, ...expected }: ExpectedCheckpoint,
): CheckpointError | undefined => {
  const those = <T>(all: Readonly<Record<string, T>>, isOne: (path: string) => boolean) =>
    Object.fromEntries(Object.entries(all).filter(([path]) => isOne(path)));
  const compared = those(tensors, (path) => optional === undefined || !path.startsWith(optional));
  // Another model implies another optimizer state, so differences of the model are reported first.
  const difference = ['parameters.', 'buffers.', '']
    .map((part) => (path: string) => path.startsWith(part))
    .map((isOne) => firstDifference(those(compared, isOne), those(expected.tensors, isOne)))
    .find((each) => each !== undefined);
  const other = signatureDifference(structure, expected.structure);
  if (difference === undefined && other === undefined) return undefined;
  const what = difference === undefined ? other : `${partOf(difference.path)}${difference.message}`;
  return {
    kind: 'structure',
    name,
    message: `${name}: structure: the checkpoint belongs to another run: ${what}`,
  };
};
