/** Where a file has been read up to. */
import * as t from 'io-ts';
import { count } from '../online/count.js';

/** A file by its identity (inode and time of birth), and the byte after the record. */
export const filePosition = t.readonly(
  t.type({ file: t.string, offset: count }, 'FilePosition'),
  'FilePosition',
);

export type FilePosition = t.TypeOf<typeof filePosition>;
