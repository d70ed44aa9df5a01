/** Checks a parsed value before the codec: its depth, its keys and its numbers. */
import type { DeadLetterKind } from './dead-letter.js';

/** The kind and reason of a failure to decode. */
export interface DecodeFailure {
  readonly kind: DeadLetterKind;
  readonly reason: string;
}

type Place = string | number;

/** The text of a place, such as `$.reading[3].value`. */
export const showPlace = (place: readonly Place[]): string =>
  place.reduce<string>((path, step) => {
    const isName = typeof step === 'string' && /^[A-Za-z_$][\w$]{0,40}$/.test(step);
    return `${path}${isName ? `.${step}` : `[${typeof step === 'number' ? step : cut(JSON.stringify(step), 40)}]`}`;
  }, '$');

/** Cuts a text to a length, without half a character at the end. */
export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const end = text.charCodeAt(most - 1);
  const isHalf = end >= 0xd800 && end < 0xdc00;
  return text.slice(0, isHalf ? most - 1 : most);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Whether the value is like `{ "constructor": { "prototype": … } }`, which changes the prototype of all objects when it
 * is merged into one.
 */
const reachesPrototype = (key: string, value: unknown): boolean =>
  key === '__proto__' || (key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype'));

/**
 * The first fault of a value, if there is one. It walks no deeper than `depth`, so that neither this function nor the
 * codec overflows the stack; a value that contains itself is too deep.
 *
 * @param at the place where the value stands, which is written to while walking and as before afterwards
 */
export const findUnsafe = (value: unknown, depth: number, at: Place[] = []): DecodeFailure | undefined => {
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? undefined
      : { kind: 'number', reason: `${showPlace(at)}: got ${value}, needed a finite number` };
  if (!isObject(value)) return undefined;
  if (at.length >= depth)
    return { kind: 'too deep', reason: `deeper than ${depth} levels, at ${cut(showPlace(at), 60)}` };
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const each: unknown = value[i];
      // Most values are finite numbers.
      if (typeof each === 'number' && Number.isFinite(each)) continue;
      at.push(i);
      const refusal = findUnsafe(each, depth, at);
      at.pop();
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
  for (const key in value) {
    const each = value[key];
    if (reachesPrototype(key, each))
      return { kind: 'key', reason: `${showPlace([...at, key])}: this key could change a prototype` };
    if (typeof each === 'number' && Number.isFinite(each)) continue;
    at.push(key);
    const refusal = findUnsafe(each, depth, at);
    at.pop();
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};
