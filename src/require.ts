/** Checks of options, with uniform error messages, for all public functions. */
import { fail } from './error.js';

/** A value as an error shows it: `1.5`, `'0.1'`, `null`, `a function`. */
export const showGiven = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
};

/** Throws the error of an option: what `name` must be, and what it is. */
const refuse = (operation: string, name: string, needed: string, got: unknown): never =>
  fail({ operation, what: `\`${name}\` must be ${needed}`, got: showGiven(got) });

/** The largest int32, since counts may be compared with int32 tensors. */
const MOST_INT32 = 2 ** 31 - 1;

/** Returns the count. Throws if it is not an integer from `least` to `most`. */
export const requireCount = (
  operation: string,
  name: string,
  got: number,
  { least = 1, most = MOST_INT32 }: { readonly least?: number; readonly most?: number } = {},
): number => {
  if (Number.isSafeInteger(got) && got >= least && got <= most) return got;
  const bounded = most < MOST_INT32 || got > most;
  const lowest = least === 1 ? 'a positive integer' : `an integer ≥ ${least}`;
  return refuse(operation, name, bounded ? `an integer from ${least} to ${most}` : lowest, got);
};

/** Returns the integer. Throws if it is not a safe integer. */
export const requireInteger = (operation: string, name: string, got: number): number =>
  Number.isSafeInteger(got) ? got : refuse(operation, name, 'an integer within ±(2⁵³ − 1)', got);

/** An interval in mathematical notation: `[0, 1)` contains 0 but not 1, `[0, ∞)` all finite numbers ≥ 0. */
export type Interval = `${'[' | '('}${number | '-∞'}, ${number | '∞'}${']' | ')'}`;

const boundOf = (text = ''): number => Number(text.replace('∞', 'Infinity'));

const isIn = (interval: Interval, value: number): boolean => {
  const [low, high] = interval.slice(1, -1).split(', ').map(boundOf);
  if (low === undefined || high === undefined) return false;
  const above = interval.startsWith('[') ? value >= low : value > low;
  return above && (interval.endsWith(']') ? value <= high : value < high);
};

/**
 * Returns the number of an option that is not used in compiled programs. Throws if it is not a number in the interval.
 */
export const requireDouble = (operation: string, name: string, got: number, interval: Interval): number =>
  typeof got === 'number' && isIn(interval, got) ? got : refuse(operation, name, `in ${interval}`, got);

/**
 * Returns the number. Throws if it is not in the interval, also after rounding to float32, as in programs: an epsilon
 * of 1e-60 would be 0, and a rate of 1e39 infinite.
 */
export const requireNumber = (operation: string, name: string, got: number, interval: Interval): number => {
  requireDouble(operation, name, got, interval);
  if (!isIn(interval, Math.fround(got)))
    return refuse(operation, name, `in ${interval} after rounding to float32`, got);
  return got;
};

/** Returns the choice. Throws if it is not one of the choices. */
export const requireOneOf = <T extends string | boolean>(
  operation: string,
  name: string,
  got: T,
  choices: readonly T[],
): T =>
  choices.includes(got) ? got : refuse(operation, name, `one of ${choices.map(showGiven).join(', ')}`, got);

/** Returns the boolean. Throws if it is neither true nor false. */
export const requireBoolean = (operation: string, name: string, got: boolean): boolean =>
  typeof got === 'boolean' ? got : refuse(operation, name, 'true or false', got);

/** Returns the string. Throws if it is not one. */
export const requireText = (operation: string, name: string, got: string): string =>
  typeof got === 'string' ? got : refuse(operation, name, 'a string', got);

/** Returns the function. Throws if it is not one. */
export const requireFunction = <F extends (...given: never) => unknown>(
  operation: string,
  name: string,
  got: F,
): F => (typeof got === 'function' ? got : refuse(operation, name, 'a function', got));

const missing = (what: string): never =>
  fail({
    operation: 'paralens',
    what: `${what} is missing`,
    hint: 'this is a bug in paralens: please report it',
  });

/** A value that is known to be there. Throws if it is not, which is a fault of the library. */
export const required = <T>(value: T | undefined, what: string): T => value ?? missing(what);

/**
 * Returns the object. Throws if it lacks a method of its kind; most often a function that makes one was not called.
 */
export const requireMade = <T>(
  operation: string,
  name: string,
  got: T,
  { kind, methods }: { readonly kind: string; readonly methods: readonly string[] },
): T => {
  const given: unknown = got;
  const has = (method: string): boolean =>
    typeof given === 'object' &&
    given !== null &&
    typeof (given as Readonly<Record<string, unknown>>)[method] === 'function';
  if (methods.every(has)) return got;
  return fail({
    operation,
    what: `\`${name}\` must be ${kind}`,
    got: showGiven(got),
    ...(typeof given === 'function' && { hint: 'this function makes one: call it with its options' }),
  });
};

/** The methods that identify layers, cells, lenses, losses and updates. */
export const kinds = {
  layer: { kind: 'a layer', methods: ['init', 'run', 'evaluation'] },
  cell: { kind: 'a cell', methods: ['init', 'run', 'evaluation', 'initial', 'output'] },
  lens: { kind: 'a lens', methods: ['run'] },
  loss: { kind: 'a loss', methods: ['run'] },
  update: { kind: 'an update', methods: ['init', 'lens'] },
} as const;

/** Throws if one of these values by name is not a layer. */
export const requireLayers = (operation: string, layers: Readonly<Record<string, unknown>>): void => {
  for (const [name, layer] of Object.entries(layers)) requireMade(operation, name, layer, kinds.layer);
};

/** Throws if a layer has buffers where they would be lost. This is also a type error. */
export const requireNoBuffers = (
  operation: string,
  { buffers }: { readonly buffers: { readonly size: number } },
): void => {
  if (buffers.size > 0)
    fail({
      operation,
      what: 'a layer with buffers, such as dropout or batch normalization, is not possible here',
      got: `${buffers.size} records of buffers`,
      needed: 'a layer without buffers',
      hint: 'use evaluation(layer, ...buffers), or compose the layer before or after this one',
    });
};

/** Throws if one of these values by name is not a lens. */
export const requireLenses = (operation: string, lenses: Readonly<Record<string, unknown>>): void => {
  for (const [name, lens] of Object.entries(lenses)) requireMade(operation, name, lens, kinds.lens);
};
