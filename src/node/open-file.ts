/** Files that are open: which one it is, whatever it is called, and its bytes, also of one that a rotation has compressed. */
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fail } from '../error.js';

/** Inode and time of birth: an inode alone is given to the next file as soon as its file is deleted. */
export const identityOf = ({ ino, birthtimeNs }: BigIntStats): string => `${ino}:${birthtimeNs}`;

/** A file that is open, by which name, and of which identity. */
export interface Found {
  readonly path: string;
  readonly identity: string;
  /** Whether it may still grow, or be cut short: not one that is compressed. */
  readonly isLive: boolean;
  /** Reads up to `length` bytes of the content from the place `at` on, into a place of a buffer; 0 at the end. */
  readonly read: (into: Buffer, start: number, length: number, at: number) => Promise<number>;
  readonly stats: () => Promise<BigIntStats>;
  /** The folder in which it is now, where the system tells. */
  readonly descriptor: number;
  /** Why what is compressed cannot be read on, if it cannot. */
  readonly damage: () => string | undefined;
  readonly close: () => Promise<void>;
}

/** Nothing, of a file that is not there; other errors are errors. */
export const absent = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  throw error;
};

export const statsOf = (path: string): Promise<BigIntStats | undefined> =>
  stat(path, { bigint: true }).catch(absent);

/** A folder can be opened as a file can, and only reading it fails. */
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

/** All bytes of a file. (Its own stream would close it.) */
async function* bytesOf(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(1 << 16), 0, 1 << 16, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The bytes behind a compression, in order; going back begins anew. */
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

/** What is asked of an open file, which is closed where the answer is an error. */
export const askedOf = async <T>(found: Found, ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    await found.close();
    throw error;
  }
};

/**
 * Opens a file if it is there. Which one it is, is asked of the open file: its name may be another's by then. What a
 * rotation has compressed is read as what it was.
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
