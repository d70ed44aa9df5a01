/** Names, shapes and dtypes: what must be equal for a run to go on, in one short text, and the first that is not. */
import { showShape } from '../../error.js';
import type { Spec } from '../../tensor/primitive/primitive.js';
import { sameShape } from '../../tensor/shape.js';
import { type Json, jsonText } from '../json.js';

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
  const lines = Object.entries(specs)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { dtype, shape }]) => jsonText([name, dtype, shape]));
  return fnv1a([...lines, jsonText(rest)].join('\n'));
};

/** Where tensors by name are not those of a tree: the first name that differs. */
export interface StructureError {
  readonly kind: 'missing' | 'superfluous' | 'shape' | 'dtype';
  readonly path: string;
  /** For a person: what was found, and what should have been. */
  readonly message: string;
}

const show = ({ shape, dtype }: Spec): string => `${showShape(shape)} of ${dtype}`;

/** The first difference between tensors that are there and those that should be, if there is one. */
export const firstDifference = (
  got: Readonly<Record<string, Spec>>,
  needed: Readonly<Record<string, Spec>>,
): StructureError | undefined => {
  for (const [path, spec] of Object.entries(needed)) {
    // Never what a record inherits: a tensor may be called `constructor`.
    const found = Object.hasOwn(got, path) ? got[path] : undefined;
    if (found === undefined)
      return { kind: 'missing', path, message: `'${path}' is missing, needed ${show(spec)}` };
    const kind = sameShape(found.shape, spec.shape) ? 'dtype' : 'shape';
    // What the float64 reference made of a float32 has more digits than were declared.
    const fits = found.dtype === spec.dtype || (found.dtype === 'float64' && spec.dtype === 'float32');
    if (kind === 'shape' || !fits)
      return { kind, path, message: `'${path}' is ${show(found)}, needed ${show(spec)}` };
  }
  const path = Object.keys(got).find((name) => !Object.hasOwn(needed, name));
  return path === undefined
    ? undefined
    : { kind: 'superfluous', path, message: `'${path}' is superfluous: nothing with this name is needed` };
};
