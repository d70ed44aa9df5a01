/** Decodes the text of a record to a value or a dead letter. A bad record never stops a run. */
import { either as E } from 'fp-ts';
import type { Decoder } from 'io-ts';
import { fail } from '../../error.js';
import { requireCount, requireOneOf } from '../../require.js';
import type { DeadLetter } from './dead-letter.js';
import { codecReason } from './codec-error.js';
import { type Broken, isBroken, type RawRecord, textOf } from '../source/raw-record.js';
import { longTuples } from './long-tuples.js';
import { lossyInteger } from '../json.js';
import { cut, type DecodeFailure, findUnsafe, showPlace } from './unsafe-value.js';

export interface DecodeOptions {
  /** The longest text that is parsed, in UTF-16 units; default: 2²⁰. */
  readonly longest?: number;
  /** The deepest nesting of lists and objects; default: 32. */
  readonly deepest?: number;
  /**
   * Whether integers that a double cannot represent, such as 9007199254740993, are refused (`exact`, the default) or
   * rounded (`rounded`). Fractions are always rounded.
   */
  readonly integers?: 'exact' | 'rounded';
  /** The length of the text that a dead letter keeps, in UTF-16 units; default: 1024. */
  readonly raw?: number;
}

/** A record and its position. */
export interface Placed<A, P> {
  readonly value: A;
  readonly position: P;
}

/** Makes a dead letter for the record at a position. */
export const letter = <P>(position: P, { kind, reason }: DecodeFailure, raw: string): DeadLetter<P> =>
  // Quoted text in a reason may contain line ends.
  ({ position, kind, reason: reason.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' '), raw });

const dead = <P>(position: P, refusal: DecodeFailure, raw: string): E.Either<DeadLetter<P>, never> =>
  E.left(letter(position, refusal, raw));

const requireBounds = (operation: string, bounds: Omit<DecodeOptions, 'integers'>): void => {
  for (const [name, got] of Object.entries(bounds))
    requireCount(operation, name, got, { least: 0, most: Number.MAX_SAFE_INTEGER });
};

/** The reasons for broken records. */
const brokenReasons: { readonly [K in Broken['broken']]: string } = {
  'not UTF-8': 'the bytes are not UTF-8',
  'too long': 'longer than the limit of the source',
  'not CSV': 'not valid CSV',
  lost: 'the records do not exist any more',
};

const refusalOfBroken = ({ broken }: Broken): DecodeFailure => ({
  kind: broken,
  reason: brokenReasons[broken],
});

/** The message of a thrown value, which may be anything, even an object that throws when it is read. */
export const thrown = (error: unknown): string => {
  try {
    return cut(error instanceof Error ? error.message : String(error), 120);
  } catch {
    return 'something without words';
  }
};

/** Decodes a parsed value with the codec. A codec that throws, or overflows the stack, counts as refusing. */
const decoding = <A>(
  codec: Decoder<unknown, A>,
  deepest: number,
): ((value: unknown) => E.Either<DecodeFailure, A>) => {
  const longTuple = longTuples(codec);
  return (value) => {
    try {
      const refusal = findUnsafe(value, deepest);
      if (refusal !== undefined) return E.left(refusal);
      const result = codec.decode(value);
      if (E.isLeft(result)) return E.left({ kind: 'codec', reason: codecReason(result.left) });
      const long = longTuple?.(value, []);
      if (long === undefined) return result;
      const reason = `${showPlace(long.place)}: got a list of ${long.length}, needed ${cut(long.needed, 60)}`;
      return E.left({ kind: 'codec', reason });
    } catch (error) {
      return E.left({ kind: 'codec', reason: `${codec.name}: threw ${thrown(error)}` });
    }
  };
};

/** The JSON text of a value, or its kind if JSON cannot represent it. */
export const shownAs = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
};

/**
 * Makes a decoder of records: JSON, then a codec of io-ts. A record that cannot be decoded becomes a dead letter with
 * its position, a one-line reason and its text. Reasons are invalid JSON, another shape, a tuple longer than its codec,
 * a text that is too long or nested too deep, invalid UTF-8, a number that a double cannot represent, and a key
 * `__proto__` or `constructor.prototype`. Throws if an option is invalid, never because of a record.
 *
 * @example
 * const read = decoder(t.type({ x: t.number }));
 * read({ value: '{"x":1}', position: 0 }); // { "_tag": "Right", "right": { "x": 1 } }
 * either.swap(read({ value: '{"x":"1"}', position: 7 })); // a dead letter with the reason `$.x: got "1", needed number`
 */
export const decoder = <A>(
  codec: Decoder<unknown, A>,
  { longest = 2 ** 20, deepest = 32, raw = 1024, integers = 'exact' }: DecodeOptions = {},
): (<P>(record: Placed<RawRecord, P>) => E.Either<DeadLetter<P>, A>) => {
  requireBounds('decoder', { longest, deepest, raw });
  requireOneOf('decoder', 'integers', integers, ['exact', 'rounded']);
  const decoded = decoding(codec, deepest);
  const read = (record: RawRecord): E.Either<DecodeFailure, A> => {
    if (isBroken(record)) return E.left(refusalOfBroken(record));
    if (typeof record !== 'string')
      return fail({
        operation: 'decoder',
        what: 'the record is not text',
        got: shownAs(record),
        needed: 'a string, or a record that the source marks as broken',
        hint: 'for values that are already parsed use decoderOfValues',
      });
    if (record.length > longest)
      return E.left({ kind: 'too long', reason: `${record.length} UTF-16 units, needed at most ${longest}` });
    let value: unknown;
    try {
      value = JSON.parse(record);
    } catch (error) {
      return E.left({ kind: 'json', reason: `not JSON: ${thrown(error)}` });
    }
    const integer = integers === 'exact' ? lossyInteger(record) : undefined;
    if (integer !== undefined)
      return E.left({
        kind: 'number',
        reason: `${cut(integer, 60)} would lose digits: write it as a string`,
      });
    return decoded(value);
  };
  return ({ value: record, position }) => {
    const result = read(record);
    return E.isRight(result) ? result : dead(position, result.left, cut(textOf(record), raw));
  };
};

/**
 * `decoder` for values that are already parsed, from a table, a broker's client or a database, with the same checks
 * except those of the text; a dead letter contains the value as JSON. A `Broken` record of a source becomes a dead
 * letter of its kind without using the codec. Throws if an option is invalid.
 *
 * @example
 * const read = decoderOfValues(t.type({ x: t.number }));
 * read({ value: { x: 2 }, position: 0 }); // { "_tag": "Right", "right": { "x": 2 } }
 */
export const decoderOfValues = <A>(
  codec: Decoder<unknown, A>,
  { deepest = 32, raw = 1024 }: Pick<DecodeOptions, 'deepest' | 'raw'> = {},
): (<P>(record: Placed<unknown, P>) => E.Either<DeadLetter<P>, A>) => {
  requireBounds('decoderOfValues', { deepest, raw });
  const decoded = decoding(codec, deepest);
  return ({ value, position }) => {
    if (isBroken(value)) return dead(position, refusalOfBroken(value), cut(value.text, raw));
    const result = decoded(value);
    return E.isRight(result) ? result : dead(position, result.left, cut(shownAs(value), raw));
  };
};
