/** Raw records of sources. Unreadable records are data too, and become dead letters. */

/**
 * Stands for a record that cannot be read: the kind of fault, and the text that can be shown.
 * - `not UTF-8`: bytes that are not UTF-8; the readable text, with U+FFFD for the rest;
 * - `too long`: more bytes than allowed; the first of them;
 * - `not CSV`: mismatched quotes or fields; the reason of the parser, then the record;
 * - `lost`: records that do not exist any more; a description for people.
 */
export interface Broken {
  readonly broken: 'not UTF-8' | 'too long' | 'not CSV' | 'lost';
  readonly text: string;
}

/** Whether a value is a kind of broken record. */
const isKind = (kind: unknown): boolean =>
  kind === 'not UTF-8' || kind === 'too long' || kind === 'not CSV' || kind === 'lost';

/** Whether a record is a `Broken`: it has exactly these two own fields. */
export const isBroken = (value: unknown): value is Broken =>
  typeof value === 'object' &&
  value !== null &&
  Object.hasOwn(value, 'broken') &&
  Object.hasOwn(value, 'text') &&
  Object.keys(value).length === 2 &&
  'broken' in value &&
  isKind(value.broken) &&
  'text' in value &&
  typeof value.text === 'string';

/** The text of a record, or a `Broken`. */
export type RawRecord = string | Broken;

/** The text of a record, or the readable part of a broken one. */
export const textOf = (record: RawRecord): string => (typeof record === 'string' ? record : record.text);
