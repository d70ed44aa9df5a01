/**
 * Chooses the file to start with, and the next file after one has ended. Choosing and opening are one step, so that no
 * file is missed.
 */
import { type Content, hasContentOf, readFully } from './file-content.js';
import {
  areInOrderOfNames,
  familyOf,
  foldersOf,
  folderNow,
  type Member,
  openMember,
} from './rotated-files.js';
import { type FilePosition, HEAD } from './file-position.js';
import { type Around, locate, lookAround, withContentOf } from './file-search.js';
import { askedOf, type Found, identityOf, openFound, statsOf } from './open-file.js';

/** An open file, the offset to start at, and the lost data before it. */
export interface Start {
  readonly found: Found;
  readonly offset: number;
  readonly lost?: string;
  readonly folders: readonly string[];
  readonly areTimesKept: boolean;
  /** The files that existed before this one; any other file came after it. */
  readonly before: ReadonlySet<string>;
}

const identitiesOf = (members: readonly Member[]): readonly string[] =>
  members.map(({ identity }) => identity);

const startAt = (
  { family, folders, areTimesKept }: Around,
  found: Found,
  offset: number,
  lost?: string,
): Start => {
  const at = family.findIndex(({ identity }) => identity === found.identity);
  // A file that is not in the list is newer than all of them.
  const before = new Set(identitiesOf(at < 0 ? family : family.slice(0, at)));
  return { found, offset, folders, areTimesKept, before, ...(lost !== undefined && { lost }) };
};

/** The first file created after the birth time in an identity, or else the file with the name. */
const afterBirth = (family: readonly Member[], identity: string): Member | undefined => {
  // Without a birth time any file may be the next.
  const born = BigInt(/:(\d+)$/.exec(identity)?.[1] ?? '0');
  return family.find(({ stats, isCurrent }) => isCurrent || stats.birthtimeNs > born);
};

/**
 * The start of reading: the start of the file, or a position, wherever its file is now. `undefined` if there is no file
 * yet.
 */
export const startOf = async (path: string, after: FilePosition | undefined): Promise<Start | undefined> => {
  if (after === undefined) {
    // Listed first: the file opened afterwards is the newest of them, or newer.
    const around = await lookAround(path);
    const found = await openFound(path);
    return found && startAt(around, found, 0);
  }
  const located = await locate(path, after);
  if (located?.isSame === true) return startAt(located, located.found, after.offset);
  if (located !== undefined) {
    const { size } = await askedOf(located.found, () => located.found.stats());
    return startAt(
      located,
      located.found,
      0,
      size < BigInt(after.offset)
        ? `${located.found.path} was cut short to ${size} bytes while nobody read it: what may have followed byte ${after.offset} is lost`
        : `${located.found.path} was begun anew while nobody read it: what may have followed byte ${after.offset} is lost`,
    );
  }
  const around = await lookAround(path);
  const next = afterBirth(around.family, after.file);
  const found = next && (await openMember(next));
  const lost = `the file ${after.file} is not beside ${path} any more: what followed its byte ${after.offset} is lost`;
  return found && startAt(around, found, 0, lost);
};

/** The family around a file, even if it was moved. */
const aroundNow = async (path: string, { found, folders, areTimesKept }: Start): Promise<Around> => {
  const all = [...new Set([...folders, ...(await foldersOf(path))])];
  const family = await familyOf(path, all, areTimesKept);
  const isHere = family.some(({ identity }) => identity === found.identity);
  const moved = isHere ? undefined : await folderNow(found);
  if (moved === undefined || all.includes(moved)) return { folders: all, areTimesKept, family };
  const further = [...all, moved];
  return { folders: further, areTimesKept, family: await familyOf(path, further, areTimesKept) };
};

/** The uncompressed bytes of a member. */
const sizeOf = async (found: Found): Promise<number> => {
  if (found.isLive) return Number((await found.stats()).size);
  const buffer = Buffer.allocUnsafe(1 << 16);
  for (let size = 0; ;) {
    const more = await found.read(buffer, 0, buffer.length, size);
    if (more === 0) return size;
    size += more;
  }
};

/** Whether another file has the same content as this one, or the start of it. */
const isCopyOf = async (found: Found, content: Content, other: Found): Promise<boolean> => {
  const size = await sizeOf(other);
  const at = content.at();
  if (size === 0 || size > at || (!other.isLive && size < at)) return false;
  const from = Math.max(0, size - HEAD);
  return (
    (await content.beginsLike(other, size)) &&
    (!found.isLive || (await readFully(other, HEAD, from)).equals(await readFully(found, size - from, from)))
  );
};

/** Whether a member has all the content that was read. */
const hasAllOf = async (content: Content, member: Member): Promise<boolean> => {
  const other = await openMember(member);
  if (other === undefined) return false;
  const has = (await askedOf(other, () => hasContentOf(other, content.position(content.at())))) === true;
  await other.close();
  return has;
};

/** The files that may be newer than a file, oldest first. */
const laterThan = async (
  start: Start,
  content: Content,
  family: readonly Member[],
): Promise<readonly Member[]> => {
  const { found, before } = start;
  const { birthtimeNs: born, mtimeNs: written, ctimeNs: changed } = await found.stats();
  const own = family.findIndex(({ identity }) => identity === found.identity);
  const isInOrder = areInOrderOfNames(family, start.areTimesKept);
  // The file with the name is newer, even if it reuses the inode of a file deleted in the same clock tick.
  let later = family.filter(
    ({ identity, isCurrent }) => identity !== found.identity && (isCurrent || !before.has(identity)),
  );
  if (own >= 0 && isInOrder)
    // The names determine the order, since this file may be a copy with a later birth time.
    later = later.filter((member) => member.isCurrent || family.indexOf(member) > own);
  // Last written before this one was created: an old file that was restored or compressed.
  else if (found.isLive && start.areTimesKept && written >= born)
    later = later.filter(({ stats, isCurrent }) => isCurrent || stats.mtimeNs >= born);
  const kept: Member[] = [];
  for (const member of later) {
    // This file is gone and the file with the name is its copy, so all others are older.
    if (member.isCurrent && own < 0 && (await hasAllOf(content, member))) return [member];
    // A compressed file existed before under another name.
    if (member.isZipped && own >= 0 && family.indexOf(member) < own) continue;
    // A copy of this file is older than its last change; or this file is gone, and that is a copy of its copy.
    const mayBeCopy =
      member.isZipped ||
      member.stats.birthtimeNs <= changed ||
      (own < 0 && member.stats.size === BigInt(content.at()));
    if (!member.isCurrent && mayBeCopy) {
      const other = await openMember(member);
      const isCopy = other !== undefined && (await askedOf(other, () => isCopyOf(found, content, other)));
      await other?.close();
      if (isCopy) {
        // Files before the copy of this deleted file are older.
        if ((member.isZipped || isInOrder) && own < 0) kept.length = 0;
        continue;
      }
    }
    kept.push(member);
  }
  return kept;
};

/** If a file was copied and truncated between opening and the first read: the copy, from its start. */
export const passedOver = async (
  path: string,
  start: Start,
  content: Content,
): Promise<Start | undefined> => {
  const { found, before } = start;
  const around = await aroundNow(path, start);
  if (!around.family.some(({ identity, isCurrent }) => isCurrent && identity === found.identity))
    return undefined;
  for (const [i, member] of around.family.entries()) {
    // Compressed files existed before.
    if (member.isZipped || member.identity === found.identity || before.has(member.identity)) continue;
    const copy = await openMember(member);
    if (copy === undefined) continue;
    if (!(await askedOf(copy, async () => content.beginsLike(copy, await sizeOf(copy))))) {
      const passed = identitiesOf(around.family.slice(0, i));
      return { ...around, found: copy, offset: 0, before: new Set([...before, ...passed]) };
    }
    await copy.close();
    // This file, like all after it, is newer than the content that was read.
    return undefined;
  }
  return undefined;
};

/** Opens the next file after one has ended; `undefined` while the current file has the name, or no file has it yet. */
export const successorOf = async (
  path: string,
  start: Start,
  content: Content,
): Promise<Start | undefined> => {
  const { found } = start;
  for (;;) {
    const own = await statsOf(path);
    if (own !== undefined && identityOf(own) === found.identity) return undefined;
    const around = await aroundNow(path, start);
    const later = await laterThan(start, content, around.family);
    const [next] = later;
    if (next === undefined) return undefined;
    const opened = await openMember(next);
    // It was renamed meanwhile, so everything is listed again.
    if (opened === undefined) continue;
    const still = new Set(identitiesOf(later));
    const passed = identitiesOf(around.family).filter((identity) => !still.has(identity));
    const isGone = (await found.stats()).nlink === 0n;
    return {
      ...around,
      found: opened,
      // Rewritten with the same content: reading continues in it.
      offset:
        isGone && next.isCurrent && (await hasContentOf(opened, content.position(content.at()))) === true
          ? content.at()
          : 0,
      before: new Set([...passed, found.identity]),
    };
  }
};

/** The copy that was made of a file before it was truncated, from `offset` on. */
export const copyOf = async (
  path: string,
  start: Start,
  mark: FilePosition,
  offset: number,
): Promise<Start | undefined> => {
  const { found, before } = start;
  const around = await aroundNow(path, start);
  const others = around.family.filter(({ identity }) => identity !== found.identity && !before.has(identity));
  const copy = await withContentOf(others, mark);
  if (copy === undefined) return undefined;
  const at = around.family.findIndex(({ identity }) => identity === copy.identity);
  const passed = identitiesOf(around.family.slice(0, at)).filter((identity) => identity !== found.identity);
  return { ...around, found: copy, offset, before: new Set([...before, ...passed]) };
};
