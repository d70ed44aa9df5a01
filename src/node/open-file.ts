/**
 * Open files: their identity, which does not depend on the name, and their bytes, uncompressed if a rotation has
 * compressed them.
 */
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fail } from '../error.js';

/** Inode and birth time; the inode alone may be reused as soon as the file is deleted. */
export const identityOf = ({ ino, birthtimeNs }: BigIntStats): string => `${ino}:${birthtimeNs}`;

/** An open file, with its name and identity. */
export interface Found {
  readonly path: string;
  readonly identity: string;
  /** Whether it may still grow or be truncated; `false` for a compressed file. */
  readonly isLive: boolean;
  /**
   * Reads up to `length` bytes of the content from the offset `at` into a buffer. Returns the number of bytes, 0 at the
   * end.
   */
  readonly read: (into: Buffer, start: number, length: number, at: number) => Promise<number>;
  readonly stats: () => Promise<BigIntStats>;
  /** The file descriptor. */
  readonly descriptor: number;
  /** Why a compressed file cannot be read further, if so. */
  readonly damage: () => string | undefined;
  readonly close: () => Promise<void>;
}

/** Returns `undefined` if the error says that the file does not exist; throws other errors. */
export const absent = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  throw error;
};

export const statsOf = (path: string): Promise<BigIntStats | undefined> =>
  stat(path, { bigint: true }).catch(absent);

/** Throws the error for a folder. A folder can be opened like a file; only reading fails. */
export const refuseFolder = (operation: string, path: string): never =>
  fail({
    operation,
    what: 'the path is a folder',
    got: path,
    needed: 'a file',
    hint: 'read the files of a folder with directory(folder, (path) => ndjson(path)); its option `match` selects them',
  });

const isZlibError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(?:Z_|ERR_)/.test(String(error.code));

/** All bytes of a file. (A stream of the handle would close it.) */
async function* bytesOf(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(1 << 16), 0, 1 << 16, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Reads uncompressed bytes in order; going back restarts at the beginning. */
const unzipped = (handle: FileHandle) => {
  let stop = (): void => {};
  let chunks: AsyncIterator<Buffer, unknown> | undefined;
  let chunk: Buffer | undefined;
  let chunkAt = 0;
  let damage: string | undefined;
  const begin = (): AsyncIterator<Buffer, unknown> => {
    stop();
    const bytes = Readable.from(bytesOf(handle), { objectMode: false });
    const gunzip = createGunzip();
    bytes.once('error', (error) => {
      gunzip.destroy(error);
    });
    bytes.pipe(gunzip);
    stop = () => {
      bytes.destroy();
      gunzip.destroy();
    };
    [chunk, chunkAt] = [undefined, 0];
    return gunzip[Symbol.asyncIterator]();
  };
  const more = async (iterator: AsyncIterator<Buffer, unknown>): Promise<Buffer | undefined> => {
    try {
      const result = await iterator.next();
      return result.done === true ? undefined : result.value;
    } catch (error) {
      if (!isZlibError(error)) throw error;
      damage = error.message;
      return undefined;
    }
  };
  return {
    read: async (into: Buffer, start: number, length: number, at: number): Promise<number> => {
      if (chunks === undefined || at < chunkAt) chunks = begin();
      while (chunk === undefined || at >= chunkAt + chunk.length) {
        chunkAt += chunk?.length ?? 0;
        chunk = await more(chunks);
        if (chunk === undefined) return 0;
      }
      return chunk.copy(into, start, at - chunkAt, Math.min(chunk.length, at - chunkAt + length));
    },
    damage: () => damage,
    close: async (): Promise<void> => {
      stop();
      await handle.close();
    },
  };
};

/** Runs `ask` on an open file, and closes the file if it throws. */
export const askedOf = async <T>(found: Found, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    await found.close();
    throw error;
  }
};

/**
 * Opens a file if it exists. The identity is taken from the open file, since the name may belong to another file by
 * then. A compressed file is read uncompressed.
 */
export const openFound = async (path: string, isZipped = false): Promise<Found | undefined> => {
  const handle = await open(path).catch(absent);
  if (handle === undefined) return undefined;
  const stats = (): Promise<BigIntStats> => handle.stat({ bigint: true });
  try {
    const opened = await stats();
    if (opened.isDirectory()) refuseFolder('file', path);
    const known = { path, identity: identityOf(opened), stats, descriptor: handle.fd };
    if (isZipped) return { ...known, isLive: false, ...unzipped(handle) };
    return {
      ...known,
      isLive: true,
      read: async (into, start, length, at) => (await handle.read(into, start, length, at)).bytesRead,
      damage: () => undefined,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
};
