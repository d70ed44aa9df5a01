/** The lag of a reader behind the end of a file. */
import { type RawRecord, textOf } from '../online/source/raw-record.js';
import type { Lag } from '../online/source/source.js';
import { required } from '../require.js';
import type { FilePosition } from './file-position.js';
import { locate } from './file-search.js';
import { type Found, openFound } from './open-file.js';
import { readingOf } from './system-error.js';

/** The bytes of a line with its end; for a line that is too long only the shown part. */
export const bytesOfLine = (line: RawRecord): number => Buffer.byteLength(textOf(line)) + 1;

/**
 * The bytes of a file after a position. After a rotation, those of the old and the new file; files in between are not
 * counted, so it is a lower bound.
 */
export const bytesBehind = (path: string, position: FilePosition | null): Promise<Lag> =>
  readingOf('file', path, () => behind(path, position));

const behind = async (path: string, position: FilePosition | null): Promise<Lag> => {
  const located = position === null ? undefined : await locate(path, position);
  const own = located?.found;
  let current: Found | undefined;
  try {
    current = await openFound(path);
    const rest =
      own === undefined || !own.isLive
        ? 0
        : Number((await own.stats()).size) - required(position?.offset, 'a position');
    const begun =
      current === undefined || current.identity === own?.identity ? 0 : Number((await current.stats()).size);
    // A truncated file has nothing after the position.
    return { amount: Math.max(0, rest) + begun, unit: 'bytes' };
  } finally {
    await own?.close();
    await current?.close();
  }
};
