/** Checkpoints as bytes: whole they are the same again, and no other bytes pass for one. */
import { either as E } from 'fp-ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from 'paralens/format';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/online/checkpoint/encoding.js';
import { right, checkpointAt, left } from './kept-run.js';

const whole = right(await encodeCheckpoint('it', checkpointAt(7), 3));
const kindOf = async (bytes: Uint8Array, sequence = 3) =>
  left(await decodeCheckpoint('it', bytes, sequence)).kind;

test('a checkpoint is decoded with the bits of its tensors and its data', async () => {
  expect(await decodeCheckpoint('it', whole, 3)).toStrictEqual(E.right(checkpointAt(7)));
});

test('it is a safetensors file that other readers open', () => {
  const file = decodeSafetensors(whole);
  expect(E.isRight(file) && Object.keys(file.right.tensors).toSorted()).toEqual(
    Object.keys(checkpointAt(7).tensors).toSorted(),
  );
  expect(E.isRight(file) && file.right.metadata).toMatchObject({ format: 'paralens.checkpoint', step: '7' });
});

test('truncated after any number of bytes it is refused', async () => {
  for (let length = 0; length < whole.length; length++)
    expect(['torn', 'foreign']).toContain(await kindOf(whole.subarray(0, length)));
});

test('an extra byte is refused', async () => {
  expect(await kindOf(Uint8Array.of(...whole, 0))).toBe('torn');
});

test('with any one bit flipped it is refused', async () => {
  for (let bit = 0; bit < 8 * whole.length; bit++) {
    const changed = whole.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(['torn', 'foreign']).toContain(await kindOf(changed));
  }
});

test('with any byte changed, 1,000 times, it is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ by;
      expect(['torn', 'foreign']).toContain(await kindOf(changed));
    }),
    { numRuns: 1000 },
  );
});

test('with the data of another checkpoint it is torn', async () => {
  const other = right(await encodeCheckpoint('it', checkpointAt(8), 3));
  const mixed = whole.slice();
  mixed.set(other.subarray(-40), whole.length - 40);
  expect(await kindOf(mixed)).toBe('torn');
});

test('under another number it is foreign', async () => {
  expect(await kindOf(whole, 4)).toBe('foreign');
});

test('a safetensors file of another program is foreign', async () => {
  const { tensors } = checkpointAt(7);
  expect(await kindOf(encodeSafetensors({ tensors, metadata: { format: 'pt', by: 'x'.repeat(99) } }))).toBe(
    'foreign',
  );
});

/** The same file with texts of its header changed, its checksum put right. */
const rewritten = async (from: string, to: string): Promise<Uint8Array> => {
  const body = new TextDecoder('latin1').decode(whole).slice(8).replace(from, to);
  const bytes = Uint8Array.from(body, (character) => character.charCodeAt(0));
  const length = Number(new DataView(whole.buffer).getBigUint64(0, true)) + bytes.length - whole.length + 8;
  const file = new Uint8Array(8 + bytes.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(bytes, 8);
  const at = 8 + '{"__metadata__":{"sha256":"'.length;
  file.fill('0'.charCodeAt(0), at, at + 64);
  const digest = Buffer.from(await crypto.subtle.digest('SHA-256', file)).toString('hex');
  file.set(new TextEncoder().encode(digest), at);
  return file;
};

test.each([
  ['a later version', '"version":"1"', '"version":"2"', 'future', 'version 2, this paralens reads up to 1'],
  [
    'a later version that knows more dtypes',
    '"version":"1","',
    '"version":"12","new":"',
    'future',
    'version 12',
  ],
  ['another format', 'paralens.checkpoint', 'paralens.checkpainx', 'foreign', 'does not name'],
  ['a step that is none', '"step":"7"', '"step":"-"', 'foreign', 'no step'],
  ['data that is none', '"data":"{', '"data":"}', 'foreign', 'no data'],
])('%s with a correct checksum is refused', async (_, from, to, kind, said) => {
  const error = left(await decodeCheckpoint('it', await rewritten(from, to), 3));
  expect(error).toMatchObject({ kind, name: 'it' });
  expect(error.message).toContain(said);
});
