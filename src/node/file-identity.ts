/** Which file it is, whatever it is called now: what lets a position outlive a rotation. */
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** Inode and time of birth: an inode alone is given to the next file as soon as its file is deleted. */
export const identityOf = ({ ino, birthtimeNs }: BigIntStats): string => `${ino}:${birthtimeNs}`;

/** A file that is open, by which name and of which identity. */
export interface Found {
  readonly path: string;
  readonly handle: FileHandle;
  readonly identity: string;
}

const absent = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
};

const statsOf = (path: string): Promise<BigIntStats | undefined> =>
  stat(path, { bigint: true }).catch(absent);

/** Opens a file if it is there. Which one it is, is asked of the open file: its name may be another's by then. */
export const openFound = async (path: string): Promise<Found | undefined> => {
  const handle = await open(path).catch(absent);
  if (handle === undefined) return undefined;
  return { path, handle, identity: identityOf(await handle.stat({ bigint: true })) };
};

/** Opens the file with an identity, by its own name or by any other name in its folder. */
export const openIdentity = async (path: string, identity: string): Promise<Found | undefined> => {
  const folder = dirname(path);
  const others = (await readdir(folder).catch(absent)) ?? [];
  for (const candidate of [path, ...others.map((name) => join(folder, name))]) {
    const stats = await statsOf(candidate);
    if (stats === undefined || !stats.isFile() || identityOf(stats) !== identity) continue;
    const found = await openFound(candidate);
    if (found?.identity === identity) return found;
    await found?.handle.close();
  }
  return undefined;
};

/** Whether a name is what a rotation makes of another: `a.log.1`, `a.log-20261125`, `a-2026-11-25.log`. */
const isRotated = (name: string, of: string): boolean => {
  const extension = extname(of);
  const stem = of.slice(0, of.length - extension.length);
  const between = [
    name.startsWith(of) ? name.slice(of.length) : '',
    name.startsWith(stem) && name.endsWith(extension)
      ? name.slice(stem.length, name.length - extension.length)
      : '',
  ];
  return between.some((part) => /^[.\-_][\d\-_.:T]+$/.test(part));
};

interface Aged {
  readonly path: string;
  readonly identity: string;
  readonly born: bigint;
  readonly written: bigint;
}

const agedOf = (path: string, stats: BigIntStats): Aged => ({
  path,
  identity: identityOf(stats),
  born: stats.birthtimeNs,
  written: stats.mtimeNs,
});

/** By birth; by the last writing where the file system does not know births, or two came at one tick of its clock. */
const isAfter = (a: Omit<Aged, 'path' | 'identity'>, b: Omit<Aged, 'path' | 'identity'>): boolean =>
  a.born === b.born ? a.written > b.written : a.born > b.born;

/**
 * The path of the file that goes on where another one ended, if there is one: the one that was begun next of those a
 * rotation has renamed since, and at last the one that has the name now.
 */
export const successorOf = async (
  path: string,
  identity: string,
  written: bigint,
): Promise<string | undefined> => {
  const own = await statsOf(path);
  if (own !== undefined && identityOf(own) === identity) return undefined;
  const [, born = '0'] = identity.split(':');
  const current = { born: BigInt(born), written };
  const folder = dirname(path);
  const names = ((await readdir(folder).catch(absent)) ?? []).filter((name) =>
    isRotated(name, basename(path)),
  );
  const between: Aged[] = [];
  for (const name of names) {
    const stats = await statsOf(join(folder, name));
    if (stats === undefined || identityOf(stats) === identity) continue;
    const aged = agedOf(join(folder, name), stats);
    if (isAfter(aged, current) && (own === undefined || isAfter(agedOf(path, own), aged))) between.push(aged);
  }
  const [next] = between.toSorted((a, b) => (isAfter(a, b) ? 1 : -1));
  return next?.path ?? (own === undefined ? undefined : path);
};
