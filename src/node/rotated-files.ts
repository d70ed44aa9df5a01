/** The files that a rotation makes of one: by their names and times, from the oldest to the one that has the name now. */
import type { BigIntStats } from 'node:fs';
import { readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { required } from '../require.js';
import { absent, type Found, identityOf, openFound, statsOf } from './open-file.js';

/** A file that a rotation has renamed or compressed, or the one that has the name. */
export interface Member {
  readonly path: string;
  readonly identity: string;
  readonly isCurrent: boolean;
  readonly isZipped: boolean;
  readonly stats: BigIntStats;
  /** The numbers in what the rotation added to its name. */
  readonly numbers: readonly number[];
}

const ZIPPED = /\.gz$/;

/** What a rotation added to a name: of `a.log.1`, `a.log-20261125.gz`, `a-2026-11-25.log`; nothing of another name. */
const addedTo = (of: string, name: string): string | undefined => {
  const extension = extname(of);
  const stem = of.slice(0, of.length - extension.length);
  const plain = name.replace(ZIPPED, '');
  const between = [
    plain.startsWith(of) ? plain.slice(of.length) : '',
    plain.startsWith(stem) && plain.endsWith(extension)
      ? plain.slice(stem.length, plain.length - extension.length)
      : '',
  ];
  return between.find((part) => /^(?:[.\-_][\d\-_.:T]+|\.old)$/.test(part));
};

const numbersIn = (text: string): readonly number[] => (text.match(/\d+/g) ?? []).map(Number);

/** A file that is only pointed to: its siblings are the files that differ from it by numbers. */
const isSibling = (of: string, name: string): boolean =>
  /\d/.test(of) && name.replace(ZIPPED, '').replace(/\d+/g, '#') === of.replace(/\d+/g, '#');

export const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(absent)) ?? [];

/** The folders to look in: that of the name, and that of the file where the name is a link. */
export const foldersOf = async (path: string): Promise<readonly string[]> => {
  const real = await realpath(path).catch(absent);
  return [...new Set([dirname(path), ...(real === undefined ? [] : [dirname(real)])])];
};

/** The folder in which an open file is by now, where the system tells: it may have been moved to another one. */
export const folderNow = async ({ descriptor }: Found): Promise<string | undefined> => {
  const path = await readlink(`/proc/self/fd/${descriptor}`).catch(() => undefined);
  return path === undefined || path.endsWith(' (deleted)') ? undefined : dirname(path);
};

const lookAround = async (path: string, folders: readonly string[]): Promise<readonly Member[]> => {
  const own = await statsOf(path);
  const real = own === undefined ? path : ((await realpath(path).catch(absent)) ?? path);
  const members = new Map<string, Member>();
  const add = (each: string, stats: BigIntStats, numbers: readonly number[], isCurrent: boolean): void => {
    const identity = identityOf(stats);
    if (!stats.isFile() || members.has(identity)) return;
    members.set(identity, {
      path: each,
      identity,
      isCurrent,
      isZipped: !isCurrent && ZIPPED.test(each),
      stats,
      numbers,
    });
  };
  if (own !== undefined) add(path, own, [], true);
  for (const folder of folders)
    for (const name of await namesIn(folder)) {
      const added = addedTo(basename(path), name);
      const isPointedTo = real !== path && basename(real) !== basename(path);
      if (added === undefined && !(isPointedTo && isSibling(basename(real), name))) continue;
      const stats = await statsOf(join(folder, name));
      if (stats !== undefined) add(join(folder, name), stats, numbersIn(added ?? name), false);
    }
  return [...members.values()];
};

const sign = (difference: bigint | number): number => (difference > 0 ? 1 : difference < 0 ? -1 : 0);

const byNumbers = (a: Member, b: Member): number => {
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let i = 0; i < length; i++) {
    const order = sign((a.numbers[i] ?? -1) - (b.numbers[i] ?? -1));
    if (order !== 0) return order;
  }
  return 0;
};

const firstOf =
  (...orders: readonly ((a: Member, b: Member) => number)[]) =>
  (a: Member, b: Member): number => {
    for (const order of orders) {
      const by = order(a, b);
      if (by !== 0) return by;
    }
    return 0;
  };

const byBirth = (a: Member, b: Member): number => sign(a.stats.birthtimeNs - b.stats.birthtimeNs);
const byWriting = (a: Member, b: Member): number => sign(a.stats.mtimeNs - b.stats.mtimeNs);
const byInode = (a: Member, b: Member): number => sign(a.stats.ino - b.stats.ino);

/** A number that counts files, `a.log.1`, and not one of a date: it may count up, or down with each rotation. */
const isIndex = ({ numbers }: Member): boolean =>
  numbers.length === 1 && required(numbers[0], 'a number') < 1e5;

/**
 * Whether each rotation renames all of these files, as logrotate does. Renaming changes a file, so then none was changed
 * after one of a lower number, and some were changed after one of a higher number was begun: if a rotation counts up, a
 * file is begun when the one before has been renamed. A copy of a file is begun after files that came after it, so births
 * alone may tell another order than the names.
 */
const areShifted = (members: readonly Member[]): boolean => {
  const plain = members.filter(({ isCurrent, isZipped }) => !isCurrent && !isZipped).toSorted(byNumbers);
  const pairs = plain.slice(1).map((next, i) => [plain[i] ?? next, next] as const);
  return (
    members.every((each) => each.isCurrent || isIndex(each)) &&
    pairs.every(([low, high]) => low.stats.ctimeNs >= high.stats.ctimeNs) &&
    pairs.some(([low, high]) => low.stats.ctimeNs > high.stats.birthtimeNs)
  );
};

/** 1 where higher numbers are newer files, as with dates; −1 where they are older, as with logrotate. */
const directionOf = (members: readonly Member[], areTimesKept: boolean): number => {
  if (!members.every(isIndex)) return 1;
  if (!areTimesKept || areShifted(members)) return -1;
  let up = 0;
  const plain = members.filter(({ isZipped }) => !isZipped);
  // Births in one tick of the clock are told apart by inodes, which are mostly given in turn.
  const byTime = firstOf(byBirth, byWriting, byInode);
  for (const [i, a] of plain.entries())
    for (const b of plain.slice(i + 1)) up += byTime(a, b) * byNumbers(a, b);
  return up > 0 ? 1 : -1;
};

/** Written last before it was born here: it was copied, with its times. */
const isCopied = ({ stats: { mtimeNs, birthtimeNs } }: Member): boolean =>
  mtimeNs < birthtimeNs - 1_000_000_000n;

const areOfTheirTime = (rotated: readonly Member[], areTimesKept: boolean): boolean =>
  areTimesKept && !areShifted(rotated) && !rotated.some((each) => each.isZipped || isCopied(each));

const areNamed = (rotated: readonly Member[]): boolean =>
  rotated.every(({ numbers }) => numbers.length > 0) && (rotated.every(isIndex) || !rotated.some(isIndex));

/** Whether names tell the order of the files, as numbers or dates do where times do not: of shifted or copied files. */
export const areInOrderOfNames = (members: readonly Member[], areTimesKept: boolean): boolean => {
  const rotated = members.filter(({ isCurrent }) => !isCurrent);
  return areNamed(rotated) && !areOfTheirTime(rotated, areTimesKept);
};

/** From the oldest to the newest, as far as times and names tell. */
const inOrder = (members: readonly Member[], areTimesKept: boolean): readonly Member[] => {
  const rotated = members.filter(({ isCurrent }) => !isCurrent);
  const direction = directionOf(rotated, areTimesKept);
  const named = (a: Member, b: Member): number => direction * byNumbers(a, b);
  const order = areOfTheirTime(rotated, areTimesKept)
    ? firstOf(byBirth, byWriting, named, byInode)
    : areNamed(rotated)
      ? firstOf(named, byWriting, byBirth, byInode)
      : firstOf(byWriting, byBirth, named, byInode);
  return [...rotated.toSorted(order), ...members.filter(({ isCurrent }) => isCurrent)];
};

const shapeOf = (members: readonly Member[]): string =>
  members
    .map(({ path, identity }) => `${path}=${identity}`)
    .toSorted()
    .join('\n');

/**
 * The family of a file at one moment: looked at until two looks on end see the same, as a rotation may be under way.
 * Without `areTimesKept`, as in a folder that was copied, names tell the order and not the times of the files.
 */
export const familyOf = async (
  path: string,
  folders: readonly string[],
  areTimesKept: boolean,
): Promise<readonly Member[]> => {
  let members = await lookAround(path, folders);
  for (;;) {
    const again = await lookAround(path, folders);
    if (shapeOf(again) === shapeOf(members)) return inOrder(again, areTimesKept);
    members = again;
  }
};

/** A member's file; nothing where its name is another's by now. */
export const openMember = async ({ path, identity, isZipped }: Member): Promise<Found | undefined> => {
  const found = await openFound(path, isZipped);
  if (found === undefined || found.identity === identity) return found;
  await found.close();
  return undefined;
};
