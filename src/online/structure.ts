/** What must be equal for a run to go on from a checkpoint: the structure of its tensors, in one short text. */
import type { Spec } from '../tensor/primitive/primitive.js';
import { jsonText } from './json-text.js';
import type { Json } from './json.js';

const [OFFSET, PRIME] = [0xcbf29ce484222325n, 0x100000001b3n];

/**
 * The 64 bits of FNV-1a, in hexadecimal digits. It tells structures apart that were not made to be confused; what was
 * altered on purpose, or by a disk, is told by the checksum of the whole.
 *
 * Source: G. Fowler, L. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm" (IETF draft).
 */
export const fnv1a = (text: string): string => {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, '0');
};

/**
 * A hash of the names, shapes and dtypes of tensors, in whatever order they come, and of plain data that must be equal
 * too: names of features, options of an update, a version of one's own.
 *
 * @example
 * structureHash(namedTensors(mnist.init(key(1))), { features: ['hour', 'price'] });
 */
export const structureHash = (specs: Readonly<Record<string, Spec>>, rest: Json = null): string => {
  const lines = Object.keys(specs)
    .toSorted()
    .map((name) => jsonText([name, specs[name]?.dtype ?? '', specs[name]?.shape ?? []]));
  return fnv1a([...lines, jsonText(rest)].join('\n'));
};
