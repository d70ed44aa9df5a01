/** Feature hashing: any number of categories or words in a fixed number of columns. */
import { requireBoolean, requireCount, required, requireInteger } from '../../../require.js';
import { type Fold, pure } from '../../../stream/fold.js';
import { murmur3 } from './murmur.js';

export interface HashedOptions {
  /** The number of columns. */
  readonly size: number;
  readonly seed?: number;
  /** Whether half of the tokens count −1, so that collisions cancel on average; default: `true`. */
  readonly signed?: boolean;
}

/**
 * Feature hashing: counts tokens in the column given by their hash. With signs, inner products are unbiased: E⟨φ(x),
 * φ(y)⟩ = ⟨x, y⟩ over seeds. Throws if an option is invalid.
 *
 * Source: K. Weinberger, A. Dasgupta, J. Langford, A. Smola, J. Attenberg, "Feature hashing for large scale multitask
 * learning" (ICML 2009).
 *
 * @example
 * const words = pipeFold(pure(wordsOf), hashed({ size: 4, signed: false }));
 * runFold(words, ['to be or not to be'])[1][0]?.reduce((sum, n) => sum + n); // 6
 */
export const hashed = ({
  size,
  seed = 0,
  signed = true,
}: HashedOptions): Fold<null, readonly string[], readonly number[]> => {
  requireCount('hashed', 'size', size);
  requireInteger('hashed', 'seed', seed);
  requireBoolean('hashed', 'signed', signed);
  const counted = pure((tokens: readonly string[]): readonly number[] => {
    const columns = new Array<number>(size).fill(0);
    for (const token of tokens) {
      const hash = murmur3(token, seed);
      // The lowest bit is the sign, so that it is independent of the column.
      const at = (hash >>> 1) % size;
      columns[at] = required(columns[at], 'a column') + (signed && (hash & 1) === 1 ? -1 : 1);
    }
    return columns;
  });
  return { ...counted, description: { hashed: { size, seed, signed } } };
};

/**
 * The words of a text in lower case: sequences of letters, marks and digits.
 *
 * @example
 * wordsOf('Größe: 3.5 m²'); // ["größe", "3", "5", "m"]
 */
export const wordsOf = (text: string): readonly string[] =>
  text.toLowerCase().match(/[\p{L}\p{M}\p{Nd}]+/gu) ?? [];

/**
 * The fields of a record as tokens such as `color=red`, to hash all of them together. Missing fields give no token.
 *
 * @example
 * tokensOf({ color: 'red', size: 3, note: null }); // ["color=red", "size=3"]
 */
export const tokensOf = (
  record: Readonly<Record<string, string | number | boolean | null | undefined>>,
): readonly string[] =>
  Object.entries(record).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`${name}=${value}`],
  );
