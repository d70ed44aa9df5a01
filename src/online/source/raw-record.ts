/** Records as they come from a source, before anything is known of them; what cannot be read is data too, for the dead letters. */

/**
 * In place of a record: why there is none, and what can be shown of it.
 * - `not UTF-8`: bytes that are no text; what is readable of them, with U+FFFD for the rest;
 * - `too long`: more bytes than were allowed; the first of them;
 * - `not CSV`: quotes or fields that do not match; the record as it stands, after the parser's reason;
 * - `lost`: records that were to be read are not there any more; which ones, for a person.
 */
export interface Broken {
  readonly broken: 'not UTF-8' | 'too long' | 'not CSV' | 'lost';
  readonly text: string;
}

/** Whether something is one of the kinds of broken records. */
const isKind = (kind: unknown): boolean =>
  kind === 'not UTF-8' || kind === 'too long' || kind === 'not CSV' || kind === 'lost';

/** Whether a record is a broken one: it has these two fields itself, and no others. */
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

/** The text of one record; or what there is of it, and why it is none. */
export type RawRecord = string | Broken;

/** The text, as far as there is one. */
export const textOf = (record: RawRecord): string => (typeof record === 'string' ? record : record.text);
