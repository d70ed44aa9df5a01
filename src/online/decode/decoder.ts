/** From the text of a record to its value, or to a dead letter: what cannot be read never stops a run. */
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
  /** The longest text that is parsed, in UTF-16 units; 2²⁰ unless given. */
  readonly longest?: number;
  /** How deep lists and objects may stand in each other; 32 unless given. */
  readonly deepest?: number;
  /**
   * Whether integers that no double holds, such as 9007199254740993, are refused, `exact`, or become the next one that
   * a double holds, `rounded`; `exact` unless given. Fractions are always rounded.
   */
  readonly integers?: 'exact' | 'rounded';
  /** How much of the text a dead letter keeps, in UTF-16 units; 1024 unless given. */
  readonly raw?: number;
}

/** What came in, and where it stood. */
export interface Placed<A, P> {
  readonly value: A;
  readonly position: P;
}

/** A dead letter of what stood at a position. */
export const letter = <P>(position: P, { kind, reason }: DecodeFailure, raw: string): DeadLetter<P> =>
  // What is quoted in a reason may have ends of lines in it.
  ({ position, kind, reason: reason.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' '), raw });

const dead = <P>(position: P, refusal: DecodeFailure, raw: string): E.Either<DeadLetter<P>, never> =>
  E.left(letter(position, refusal, raw));

const requireBounds = (operation: string, bounds: Omit<DecodeOptions, 'integers'>): void => {
  for (const [name, got] of Object.entries(bounds))
    requireCount(operation, name, got, { least: 0, most: Number.MAX_SAFE_INTEGER });
};

/** Why a source could not make a record. */
const brokenReasons: { readonly [K in Broken['broken']]: string } = {
  'not UTF-8': 'the bytes are no UTF-8',
  'too long': 'longer than the source reads',
  'not CSV': 'no CSV',
  lost: 'records that are not there any more',
};

const refusalOfBroken = ({ broken }: Broken): DecodeFailure => ({
  kind: broken,
  reason: brokenReasons[broken],
});

/** What a thrown thing says; it may be anything, even something that throws when it is asked. */
export const thrown = (error: unknown): string => {
  try {
    return cut(error instanceof Error ? error.message : String(error), 120);
  } catch {
    return 'something without words';
  }
};

/** A parsed value through the codec; a codec that throws, or runs out of stack, has not decoded either. */
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

/** The text of a value that was never text; as JSON cannot write some, their kind. */
export const shownAs = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
};

/**
 * Reads records: JSON, then a codec of io-ts. What cannot be read is a dead letter with its position, a reason in one
 * line and its text: no JSON, another shape, a tuple longer than its codec, too long, too deep, no UTF-8, a number beyond
 * what doubles hold, an integer that would lose digits, a key `__proto__` or `constructor.prototype`. Throws if an
 * option is invalid, and never because of a record.
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
 * `decoder` for values that are parsed already, from a table, a broker's client or a database: the same checks but for
 * the text, which a dead letter shows as JSON writes it. What a source marks as broken is a dead letter of its kind, and
 * no codec sees it. Throws if an option is invalid.
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
