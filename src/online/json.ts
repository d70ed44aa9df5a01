/**
 * Plain data and its lossless text. JSON has no NaN and no infinities, and `JSON.stringify` writes −0 as 0. These are
 * written as strings with a tilde, and a string that starts with a tilde gets a second one:
 *
 *   NaN ↔ "~NaN"    −0 ↔ "~-0"    "~x" ↔ "~~x"
 */
import { either as E } from 'fp-ts';
import { fail } from '../error.js';
import { type Json, kindOfObject } from '../tree/tree.js';

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
 * Writes plain data as text, from which `jsonOfText` reads exactly the same data, including NaN, infinities, −0 and
 * unpaired surrogates. Throws if a value is not plain data, such as a class instance, a typed array or `undefined`.
 *
 * @example
 * jsonText({ mean: NaN, note: '~' }); // '{"mean":"~NaN","note":"~~"}'
 */
export const jsonText = (json: Json): string => JSON.stringify(json, escape);

/** Integers with fewer digits are always exact. */
const MAY_LOSE = /(?<![\d.])\d{16,}(?![\d.eE])/;

/** Matches strings, which are skipped, and numbers. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/gs;

/**
 * The first integer of a JSON text that a double cannot represent, if there is one: `9007199254740993` in
 * `[9007199254740993]`. With `written`, integers that `JSON.stringify` writes for a double are allowed, such as
 * `1152921504606847000` for 2⁶⁰.
 */
export const lossyInteger = (
  json: string,
  { written = false }: { readonly written?: boolean } = {},
): string | undefined => {
  // Almost all texts have no number that is long enough.
  if (!MAY_LOSE.test(json)) return undefined;
  for (const [token] of json.matchAll(TOKENS)) {
    if (token.length < 16 || !/^-?\d+$/.test(token)) continue;
    const number = Number(token);
    // An integer that is too large for a double is reported as not finite instead.
    const isExact = !Number.isFinite(number) || BigInt(number) === BigInt(token);
    if (!isExact && !(written && String(number) === token)) return token;
  }
  return undefined;
};

/**
 * Reads plain data that `jsonText` wrote. Returns the reason as `Left` if the text is invalid. Numbers that a double
 * cannot represent are refused, as in `decoder`: integers that would lose digits, such as 9007199254740993, and numbers
 * that are too large, such as 1e999.
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
