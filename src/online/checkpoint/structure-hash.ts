/** The hash of names, shapes and dtypes, and the first difference between two structures. */
import { showShape } from '../../error.js';
import type { Spec } from '../../tensor/primitive/primitive.js';
import { sameShape } from '../../tensor/shape.js';
import type { Json } from '../../tree/tree.js';
import { jsonText } from '../json.js';

const [OFFSET, PRIME] = [0xcbf29ce484222325n, 0x100000001b3n];

/**
 * The 64-bit FNV-1a hash in hexadecimal digits. It distinguishes structures, but does not protect against intended
 * collisions; the checksum of a checkpoint detects damage.
 *
 * Source: G. Fowler, L. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm" (IETF draft).
 */
export const fnv1a = (text: string): string => {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, '0');
};

/**
 * A hash of the names, shapes and dtypes of tensors, in any order, and of further plain data that must be equal, such
 * as names of features, options of an update, or a version.
 *
 * @example
 * structureHash(namedTensors(mnist.init(key(1))), { features: ['hour', 'price'] });
 */
export const structureHash = (specs: Readonly<Record<string, Spec>>, rest: Json = null): string => {
  const lines = Object.entries(specs)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { dtype, shape }]) => jsonText([name, dtype, shape]));
  return fnv1a([...lines, jsonText(rest)].join('\n'));
};

/** The first difference between named tensors and an expected tree. */
export interface StructureError {
  readonly kind: 'missing' | 'superfluous' | 'shape' | 'dtype';
  readonly path: string;
  /** For people: what was found, and what was expected. */
  readonly message: string;
}

const show = ({ shape, dtype }: Spec): string => `${showShape(shape)} of ${dtype}`;

/** The first difference between given and expected tensors, if there is one. */
export const firstDifference = (
  got: Readonly<Record<string, Spec>>,
  needed: Readonly<Record<string, Spec>>,
): StructureError | undefined => {
  for (const [path, spec] of Object.entries(needed)) {
    // Only own properties: a tensor may be named `constructor`.
    const found = Object.hasOwn(got, path) ? got[path] : undefined;
    if (found === undefined)
      return { kind: 'missing', path, message: `'${path}' is missing, needed ${show(spec)}` };
    const kind = sameShape(found.shape, spec.shape) ? 'dtype' : 'shape';
    // The float64 reference backend returns float64 for a declared float32.
    const fits = found.dtype === spec.dtype || (found.dtype === 'float64' && spec.dtype === 'float32');
    if (kind === 'shape' || !fits)
      return { kind, path, message: `'${path}' is ${show(found)}, needed ${show(spec)}` };
  }
  const path = Object.keys(got).find((name) => !Object.hasOwn(needed, name));
  return path === undefined
    ? undefined
    : { kind: 'superfluous', path, message: `'${path}' is superfluous: nothing with this name is needed` };
};
