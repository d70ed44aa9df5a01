/** What is wrong with a parsed value before any codec looks at it: how deep it is, its keys and its numbers. */
import type { DeadLetterKind } from './dead-letter.js';

/** A reason why a record is none. */
export interface DecodeFailure {
  readonly kind: DeadLetterKind;
  readonly reason: string;
}

type Place = string | number;

/** `$.reading[3].value` */
export const showPlace = (place: readonly Place[]): string =>
  place.reduce<string>((path, step) => {
    const isName = typeof step === 'string' && /^[A-Za-z_$][\w$]{0,40}$/.test(step);
    return `${path}${isName ? `.${step}` : `[${typeof step === 'number' ? step : cut(JSON.stringify(step), 40)}]`}`;
  }, '$');

/** The beginning of a text that is too long, without half a character at its end. */
export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text;
  const end = text.charCodeAt(most - 1);
  const isHalf = end >= 0xd800 && end < 0xdc00;
  return text.slice(0, isHalf ? most - 1 : most);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** `{ "constructor": { "prototype": … } }`: merged into any object it writes to what all objects share. */
const reachesPrototype = (key: string, value: unknown): boolean =>
  key === '__proto__' || (key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype'));

/**
 * The first thing that is wrong with a value, if anything is. Walks no deeper than `depth`, so that neither this walk
 * nor the codec's runs out of stack, and a value that holds itself is too deep.
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
