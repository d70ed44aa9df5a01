/** How far a reader of a file is behind its end. */
import { type RawRecord, textOf } from '../online/raw-record.js';
import type { Lag } from '../online/source.js';
import { openFound, openIdentity } from './file-identity.js';
import type { FilePosition } from './file-position.js';

/** Bytes of a line with its end, as far as they are known: of one too long only what is shown. */
export const bytesOfLine = (line: RawRecord): number => Buffer.byteLength(textOf(line)) + 1;

/**
 * The bytes that a file has behind a position. Where it has been renamed and begun anew, those of the old file and of
 * the new one; files in between are not looked for, so that there are at least so many.
 */
export const bytesBehind = async (path: string, position: FilePosition | null): Promise<Lag> => {
  const own = position === null ? undefined : await openIdentity(path, position.file);
  const current = await openFound(path);
  try {
    const rest = own === undefined ? 0 : (await own.handle.stat()).size - (position?.offset ?? 0);
    const begun =
      current === undefined || current.identity === own?.identity ? 0 : (await current.handle.stat()).size;
    // Cut short, it has nothing behind the position.
    return { amount: Math.max(0, rest) + begun, unit: 'bytes' };
  } finally {
    await own?.handle.close();
    await current?.handle.close();
  }
};
