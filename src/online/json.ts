/**
 * Plain data, and its text, which keeps every number. JSON has no NaN and no infinities, and `JSON.stringify` makes 0 of −0;
 * they are written as strings behind a tilde, and a string that begins with one gets a second:
 *
 *   NaN ↔ "~NaN"    −0 ↔ "~-0"    "~x" ↔ "~~x"
 */
import { either as E } from 'fp-ts';
import { fail } from '../error.js';
import { kindOfObject } from '../tree/tree.js';

/** What survives being written down and read again, but for numbers that are not finite and −0. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['~NaN', Number.NaN],
  ['~Infinity', Number.POSITIVE_INFINITY],
  ['~-Infinity', Number.NEGATIVE_INFINITY],
  ['~-0', -0],
]);

const written = (value: number): number | string => {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '~-0' : value;
  return `~${value}`;
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
};

const refuse = (name: string, got: string): never =>
  fail({
    operation: 'jsonText',
    what: `a value is not plain data${name === '' ? '' : `, under '${name}'`}`,
    got,
    needed: 'null, booleans, numbers, strings, and arrays and records of these',
    hint: 'convert tensors and typed arrays to arrays of numbers, or save them as tensors',
  });

const escape = (name: string, value: unknown): unknown => {
  switch (typeof value) {
    case 'number':
      return written(value);
    case 'string':
      return value.startsWith('~') ? `~${value}` : value;
    case 'boolean':
      return value;
    case 'object':
      return value === null || isPlain(value) ? value : refuse(name, `a ${kindOfObject(value)}`);
    default:
      return refuse(name, typeof value);
  }
};

/**
 * Plain data as text, from which `jsonOfText` makes the same again: NaN, infinities, −0 and unpaired surrogates
 * included. Throws on what is no plain data, such as a class, a typed array or `undefined`, which JSON would lose.
 *
 * @example
 * jsonText({ mean: NaN, note: '~' }); // '{"mean":"~NaN","note":"~~"}'
 */
export const jsonText = (json: Json): string => JSON.stringify(json, escape);

/** Integers of fewer digits are always exact. */
const MAY_LOSE = /(?<![\d.])\d{16,}(?![\d.eE])/;

/** Texts, which are passed over, and numbers. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/**
 * The first integer of a text of JSON that would lose digits, if there is one: `9007199254740993` of `[9007199254740993]`.
 * With `written`, those pass that a double is written as, so that its text is read again: `1152921504606847000`, which
 * `JSON.stringify` makes of 2⁶⁰.
 */
export const lossyInteger = (
  json: string,
  { written = false }: { readonly written?: boolean } = {},
): string | undefined => {
  // Nearly all texts have no number that is long enough.
  if (!MAY_LOSE.test(json)) return undefined;
  for (const [token] of json.matchAll(TOKENS)) {
    if (token.length < 16 || !/^-?\d+$/.test(token)) continue;
    const number = Number(token);
    // One that is beyond all doubles is told as a number that is not finite.
    const isExact = !Number.isFinite(number) || BigInt(number) === BigInt(token);
    if (!isExact && !(written && String(number) === token)) return token;
  }
  return undefined;
};

/**
 * The plain data that `jsonText` wrote; on the left why a text is none. Numbers that no double holds are refused as by
 * `decoder`: integers that would lose digits, such as 9007199254740993, and those beyond all doubles, such as 1e999.
 *
 * @example
 * jsonOfText('["~-0"]'); // right([-0])
 */
export const jsonOfText = (text: string): E.Either<string, Json> => {
  const unescape = (_: string, value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new SyntaxError('a number is too large for a double');
    if (typeof value !== 'string' || !value.startsWith('~')) return value;
    if (value.startsWith('~~')) return value.slice(1);
    const number = NUMBERS.get(value);
    if (number === undefined) throw new SyntaxError(`'${value}' is not the name of a number`);
    return number;
  };
  try {
    const json = JSON.parse(text, unescape) as Json;
    const integer = lossyInteger(text, { written: true });
    if (integer !== undefined)
      return E.left(`${integer.slice(0, 60)} would lose digits: write it as a string`);
    return E.right(json);
  } catch (error) {
    return E.left(error instanceof Error ? error.message : String(error));
  }
};
