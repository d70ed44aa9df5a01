/** Finds the file of a position: under the same or another name, or as a copy, compressed or not. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { familyOf, foldersOf, type Member, namesIn, openMember } from './rotated-files.js';
import { hasContentOf } from './file-content.js';
import type { FilePosition } from './file-position.js';
import { absent, askedOf, type Found, identityOf, openFound, statsOf } from './open-file.js';

/** The files around a name, at one moment. */
export interface Around {
  readonly folders: readonly string[];
  /** Whether the file times are those of the rotation; not if the files were copied. */
  readonly areTimesKept: boolean;
  readonly family: readonly Member[];
}

export interface Located extends Around {
  readonly found: Found;
  /**
   * `true` if it has the content up to the position; otherwise it has the identity, but was truncated or overwritten.
   */
  readonly isSame: boolean;
}

const subfoldersOf = async (folder: string): Promise<readonly string[]> => {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(absent)) ?? [];
  return entries.flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));
};

export const lookAround = async (path: string): Promise<Around> => {
  const folders = await foldersOf(path);
  return { folders, areTimesKept: true, family: await familyOf(path, folders, true) };
};

/** A file with this identity under any other name in the folders. */
const openStranger = async (folders: readonly string[], identity: string): Promise<Found | undefined> => {
  for (const folder of folders)
    for (const name of await namesIn(folder)) {
      const stats = await statsOf(join(folder, name));
      if (stats === undefined || !stats.isFile() || identityOf(stats) !== identity) continue;
      const found = await openFound(join(folder, name));
      if (found?.identity === identity) return found;
      await found?.close();
    }
  return undefined;
};

/** The first of these files that has the content of a position. */
export const withContentOf = async (
  members: readonly Member[],
  position: FilePosition,
): Promise<Found | undefined> => {
  for (const member of members) {
    if (!member.isZipped && member.stats.size < BigInt(position.offset)) continue;
    const found = await openMember(member);
    if (found === undefined) continue;
    if ((await askedOf(found, () => hasContentOf(found, position))) === true) return found;
    await found.close();
  }
  return undefined;
};

/** The file with the name first, then uncompressed files, then compressed files. */
const likeliestFirst = (family: readonly Member[]): readonly Member[] =>
  family.toSorted(
    (a, b) => Number(b.isCurrent) - Number(a.isCurrent) || Number(a.isZipped) - Number(b.isZipped),
  );

const isIntact = async (found: Found, position: FilePosition): Promise<boolean> =>
  found.isLive && (await found.stats()).size < BigInt(position.offset)
    ? false
    : ((await hasContentOf(found, position)) ?? true);

const locatedIn = async (
  path: string,
  around: Around,
  position: FilePosition,
): Promise<Located | undefined> => {
  const { family, folders } = around;
  const member = family.find(({ identity }) => identity === position.file);
  const own = member === undefined ? await openStranger(folders, position.file) : await openMember(member);
  if (own !== undefined && (await askedOf(own, () => isIntact(own, position))))
    return { ...around, found: own, isSame: true };
  const others = family.filter(({ identity }) => identity !== position.file);
  const look = (): Promise<Found | undefined> => withContentOf(likeliestFirst(others), position);
  const copy = await (own === undefined ? look() : askedOf(own, look));
  if (copy === undefined) return own && { ...around, found: own, isSame: false };
  if (own !== undefined) {
    await own.close();
    return { ...around, found: copy, isSame: true };
  }
  // The times are those of the copy, so only the names determine the order.
  const copied = await askedOf(copy, () => familyOf(path, folders, false));
  return { folders, areTimesKept: false, family: copied, found: copy, isSame: true };
};

/**
 * Finds the file of a position: by its identity if it still has the content, otherwise by the content, for files that
 * were copied, compressed, or truncated after a copy. Looks in the folder of the name, in the folder of a link's
 * target, and then in subfolders.
 */
export const locate = async (path: string, position: FilePosition): Promise<Located | undefined> => {
  const around = await lookAround(path);
  const located = await locatedIn(path, around, position);
  if (located?.isSame === true) return located;
  const look = (): Promise<readonly string[]> => subfoldersOf(dirname(path));
  const below = await (located === undefined ? look() : askedOf(located.found, look));
  const folders = [...around.folders, ...below];
  if (folders.length === around.folders.length) return located;
  const lookFurther = async (): Promise<Located | undefined> => {
    const family = await familyOf(path, folders, true);
    return locatedIn(path, { ...around, folders, family }, position);
  };
  const further = await (located === undefined ? lookFurther() : askedOf(located.found, lookFurther));
  if (further === undefined) return located;
  await located?.found.close();
  return further;
};
