/**
 * A checkpoint as the bytes of a safetensors file, which Python opens too: tensors by their paths, and the manifest in
 * the texts of its header. The first text is the SHA-256 of all other bytes of the file, at a place that is the same in
 * every file, so that nothing of it is believed, not even its header's JSON, before it is known to be whole:
 *
 *   8 bytes │ {"__metadata__":{"sha256":" │ 64 digits │ ","format":"paralens.checkpoint","version":"1",… │ numbers
 *
 * Later versions keep this beginning, so that a reader can tell a file from the future from one that is torn.
 */
import { either as E } from 'fp-ts';
import { decodeSafetensors, encodeSafetensors } from '../format/safetensors.js';
import type { Checkpoint, CheckpointError, Wanted } from './checkpoint.js';
import { jsonOfText, jsonText } from './json-text.js';
import { firstDifference } from './structure.js';

const FORMAT = 'paralens.checkpoint';
const VERSION = 1;

/** Behind the length of the header. */
const BEGINNING = new TextEncoder().encode('{"__metadata__":{"sha256":"');
const DIGEST_AT = 8 + BEGINNING.length;
const DIGEST_LENGTH = 64;
const BODY_AT = DIGEST_AT + DIGEST_LENGTH;
const NO_DIGEST = '0'.repeat(DIGEST_LENGTH);

/** The digits of the SHA-256 of bytes in which zeros stand for them; computed off the main thread. */
const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return new TextEncoder().encode(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''));
};

/** Whether bytes have the checksum that they name. */
const isWhole = async (bytes: Uint8Array): Promise<boolean> => {
  const undigested = new Uint8Array(bytes);
  undigested.set(new TextEncoder().encode(NO_DIGEST), DIGEST_AT);
  return equalAt(bytes, DIGEST_AT, await digestOf(undigested));
};

const equalAt = (bytes: Uint8Array, at: number, part: Uint8Array): boolean =>
  part.every((byte, i) => bytes[at + i] === byte);

/**
 * The bytes of a checkpoint, the `sequence`-th that its store holds. Throws where its data is no plain data and where
 * its tensors can be no safetensors file.
 */
export const encodeCheckpoint = async (
  { step, structure, tensors, data }: Checkpoint,
  sequence: number,
): Promise<Uint8Array<ArrayBuffer>> => {
  const manifest = {
    format: FORMAT,
    version: `${VERSION}`,
    sequence: `${sequence}`,
    step: `${step}`,
    structure,
  };
  const metadata = { sha256: NO_DIGEST, ...manifest, data: jsonText(data) };
  const bytes = encodeSafetensors({ tensors, metadata });
  bytes.set(await digestOf(bytes), DIGEST_AT);
  return bytes;
};

/** A whole number as it is written into a manifest. */
const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;

/** The version, which stands right behind the checksum: known before anything that may be new in it is read. */
const versionOf = (bytes: Uint8Array): number | undefined => {
  const text = new TextDecoder().decode(bytes.subarray(BODY_AT, BODY_AT + 80));
  return count(/^","format":"paralens\.checkpoint","version":"(\d+)"/.exec(text)?.[1]);
};

/**
 * The checkpoint of bytes that a store has under `name` as its `sequence`-th, or what is wrong with them: `torn` if they
 * are not what was written, `foreign` if no checkpoint was, `future` if a later version wrote it.
 */
export const decodeCheckpoint = async (
  name: string,
  bytes: Uint8Array,
  sequence: number,
): Promise<E.Either<CheckpointError, Checkpoint>> => {
  const refuse = (kind: CheckpointError['kind'], message: string): E.Either<CheckpointError, never> =>
    E.left({ kind, name, message: `${name}: ${kind}: ${message}` });
  if (bytes.length < BODY_AT) return refuse('torn', `${bytes.length} bytes, a checkpoint has more`);
  if (!equalAt(bytes, 8, BEGINNING))
    return refuse('foreign', 'does not begin as a checkpoint of paralens does');
  if (!(await isWhole(bytes)))
    return refuse('torn', `its ${bytes.length} bytes do not have the checksum that it names`);
  const version = versionOf(bytes);
  if (version === undefined) return refuse('foreign', `its header does not name '${FORMAT}' and a version`);
  if (version > VERSION)
    return refuse('future', `of version ${version}, this paralens reads up to ${VERSION}: use a newer one`);
  const file = decodeSafetensors(bytes);
  if (E.isLeft(file)) return refuse('foreign', file.left.message);
  const { tensors, metadata } = file.right;
  const [step, data] = [count(metadata['step']), jsonOfText(metadata['data'] ?? '')];
  if (step === undefined || E.isLeft(data)) return refuse('foreign', 'its manifest has no step or no data');
  if (count(metadata['sequence']) !== sequence)
    return refuse(
      'foreign',
      `it was saved as number ${metadata['sequence'] ?? '?'}: renamed, or copied here`,
    );
  return E.right({ step, structure: metadata['structure'] ?? '', tensors, data: data.right });
};

/** Why a run cannot go on from a checkpoint that is whole, if it cannot: it is another model's. */
export const structureError = (
  name: string,
  { structure, tensors }: Checkpoint,
  wanted: Wanted,
): CheckpointError | undefined => {
  const difference = firstDifference(tensors, wanted.tensors);
  if (difference === undefined && structure === wanted.structure) return undefined;
  const what =
    difference?.message ??
    `the tensors are those of this run, and what else must be equal is not: ${structure}, needed ${wanted.structure}`;
  return { kind: 'structure', name, message: `${name}: structure: of another run: ${what}` };
};
