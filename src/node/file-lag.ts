/** How far a reader of a file is behind its end. */
import { type RawRecord, textOf } from '../online/source/raw-record.js';
import type { Lag } from '../online/source/source.js';
import { required } from '../require.js';
import type { FilePosition } from './file-position.js';
import { locate } from './file-search.js';
import { type Found, openFound } from './open-file.js';
import { readingOf } from './system-error.js';

/** Bytes of a line with its end, as far as they are known: of one too long only what is shown. */
export const bytesOfLine = (line: RawRecord): number => Buffer.byteLength(textOf(line)) + 1;

/**
 * The bytes that a file has behind a position. Where it has been renamed and begun anew, those of the old file and of
 * the new one; files in between are not looked for, so that there are at least so many.
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
    // Cut short, it has nothing behind the position.
    return { amount: Math.max(0, rest) + begun, unit: 'bytes' };
  } finally {
    await own?.close();
    await current?.close();
  }
};
