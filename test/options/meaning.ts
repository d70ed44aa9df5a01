/** What options mean, and the values that each meaning must refuse. */
import { ParalensError } from 'paralens';
import { describe, expect, test } from 'vitest';

/** What no number may be, whatever its bounds. */
const NOT_NUMBERS = [Number.NaN, '0.1', null, Number.NEGATIVE_INFINITY, {}, true];
const NOT_COUNTS = [...NOT_NUMBERS, -1, 1.5, Infinity, 3e9];
/** By what an option means: the values that it must refuse. */
const refused = {
  /** A positive integer. */
  count: [...NOT_COUNTS, 0],
  /** An integer ≥ 0. */
  countFrom0: NOT_COUNTS,
  /** A size that is compared with nothing in a program. */
  size: [...NOT_NUMBERS, -1, 1.5, Infinity],
  countOrInfinity: [...NOT_NUMBERS, -1, 1.5, 0],
  countFrom2: [...NOT_COUNTS, 0, 1],
  /** A size that is compared with nothing in a program, 1 or more. */
  length: [...NOT_NUMBERS, -1, 0, 1.5, Infinity, 2 ** 53],
  /** [1, ∞] */
  atLeast1: [...NOT_NUMBERS, -1, 0, 0.5],
  /** [0, ∞) */
  rate: [...NOT_NUMBERS, -1, Infinity, 1e39],
  /** (0, ∞) */
  positive: [...NOT_NUMBERS, -1, Infinity, 0, 1e-60, 1e39],
  /** (0, ∞] */
  limit: [...NOT_NUMBERS, -1, 0],
  /** [0, 1) */
  share: [...NOT_NUMBERS, -0.1, 1, 1.5, Infinity],
  /** [0, 1] */
  wholeShare: [...NOT_NUMBERS, -0.1, 1.5, Infinity],
  /** (−∞, ∞) */
  number: [...NOT_NUMBERS, Infinity, 1e39],
  /** The same of what only plain code reads: no number is too large or too small. */
  double: [...NOT_NUMBERS, Infinity],
  /** [0, ∞) of plain code. */
  doubleFrom0: [...NOT_NUMBERS, -1, Infinity],
  /** (0, ∞) of plain code. */
  positiveDouble: [...NOT_NUMBERS, -1, 0, Infinity],
  /** (0, 1) */
  innerShare: [...NOT_NUMBERS, -1, 0, 1, 1.5, Infinity],
  /** (0, 1] */
  positiveShare: [...NOT_NUMBERS, -1, 0, 1.5, Infinity],
  integer: [...NOT_NUMBERS, 1.5, Infinity, 2 ** 53],
  /** A text or a finite number. */
  name: [Number.NaN, Infinity, Number.NEGATIVE_INFINITY, null, {}, true],
  boolean: [1, 'yes', null],
  /** An initializer, or false. */
  bias: [1, 'glorot', null, {}, true],
  function: [1, 'glorot', null, {}],
  /** A number, or an infinity. */
  limited: [Number.NaN, '0.1', null, {}, true],
  shape: [null, 3, [2.5], [-1], ['2'], [Number.NaN], [Infinity]],
  /** A shape with one −1 or none. */
  freeShape: [null, 3, [2.5], [-2], ['2'], [Number.NaN], [Infinity], [-1, -1]],
  choice: ['kept', 1, null],
} as const;

export type Meaning = keyof typeof refused;

/** An option: what it means, and the call with it. */
export type Options = Readonly<Record<string, readonly [Meaning, (value: never) => unknown]>>;

/** A function of the library, to be called as JavaScript would. */
export type Call = (...given: readonly unknown[]) => unknown;

/** Of a module: the meanings of a function's options, its last argument; `valid` are those that must be given. */
export const namedIn =
  (module: Readonly<Record<string, unknown>>) =>
  (
    name: string,
    before: readonly unknown[],
    options: Readonly<Record<string, Meaning>>,
    valid: object = {},
  ): Options =>
    Object.fromEntries(
      Object.entries(options).map(([option, meaning]) => [
        option,
        [meaning, (value: never) => (module[name] as Call)(...before, { ...valid, [option]: value })],
      ]),
    );

/** The functions among what a module exports. */
export const names = (entry: object): readonly string[] =>
  Object.entries(entry).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));

const cases = (
  table: Readonly<Record<string, Options>>,
): readonly (readonly [string, Meaning, (value: never) => unknown])[] =>
  Object.entries(table).flatMap(([name, options]) =>
    Object.entries(options).map(([option, [meaning, use]]) => [`${name}, ${option}`, meaning, use] as const),
  );

/** Tests that each option of each function throws the one error class for each value that it must refuse. */
export const refuses = (...tables: readonly Readonly<Record<string, Options>>[]): void => {
  describe('refuses invalid options', () => {
    test.each(tables.flatMap(cases))('%s: %s', (_, meaning, use) => {
      for (const value of refused[meaning]) {
        let thrown: unknown;
        try {
          use(value as never);
        } catch (error) {
          thrown = error;
        }
        expect(thrown, `of ${JSON.stringify(value)}`).toBeInstanceOf(ParalensError);
      }
    });
  });
};
