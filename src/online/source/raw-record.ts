/** Records as they come from a source, before anything is known of them. */
import type { Broken } from './broken.js';

/** The text of one record; or what there is of it, and why it is none. */
export type RawRecord = string | Broken;

/** The text, as far as there is one. */
export const textOf = (record: RawRecord): string => (typeof record === 'string' ? record : record.text);
