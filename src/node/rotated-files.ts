/** The files of a rotation, ordered by names and times from the oldest to the current file. */
import type { BigIntStats } from 'node:fs';
import { readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { required } from '../require.js';
import { absent, type Found, identityOf, openFound, statsOf } from './open-file.js';

/** A file of a rotation: renamed, compressed, or the current file. */
export interface Member {
  readonly path: string;
  readonly identity: string;
  readonly isCurrent: boolean;
  readonly isZipped: boolean;
  readonly stats: BigIntStats;
  /** The numbers that the rotation added to the name. */
  readonly numbers: readonly number[];
}

const ZIPPED = /\.gz$/;

/**
 * The part that a rotation added to a name, as in `a.log.1`, `a.log-20261125.gz`, `a-2026-11-25.log`; `undefined` for
 * other names.
 */
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

/** For the target of a link: whether another file differs from it only by numbers. */
const isSibling = (of: string, name: string): boolean =>
  /\d/.test(of) && name.replace(ZIPPED, '').replace(/\d+/g, '#') === of.replace(/\d+/g, '#');

export const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(absent)) ?? [];

/** The folders to search: that of the name, and that of the target if the name is a link. */
export const foldersOf = async (path: string): Promise<readonly string[]> => {
  const real = await realpath(path).catch(absent);
  return [...new Set([dirname(path), ...(real === undefined ? [] : [dirname(real)])])];
};

/** The current folder of an open file, if the system tells; the file may have been moved. */
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

/** Whether the number counts files, as in `a.log.1`, and is not a date. It may count up or down. */
const isIndex = ({ numbers }: Member): boolean =>
  numbers.length === 1 && required(numbers[0], 'a number') < 1e5;

/**
 * Whether each rotation renames all of these files, as logrotate does. Renaming changes a file's change time. So no
 * file was changed after one with a lower number, and some were changed after one with a higher number was created;
 * with a rotation that counts up, a file is created after the one before was renamed. Copies are created later than
 * newer files, so birth times alone may give another order than the names.
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

/** 1 if higher numbers are newer files, as with dates; −1 if they are older, as with logrotate. */
const directionOf = (members: readonly Member[], areTimesKept: boolean): number => {
  if (!members.every(isIndex)) return 1;
  if (!areTimesKept || areShifted(members)) return -1;
  let up = 0;
  const plain = members.filter(({ isZipped }) => !isZipped);
  // Equal birth times are ordered by inode, since inodes are mostly assigned in order.
  const byTime = firstOf(byBirth, byWriting, byInode);
  for (const [i, a] of plain.entries())
    for (const b of plain.slice(i + 1)) up += byTime(a, b) * byNumbers(a, b);
  return up > 0 ? 1 : -1;
};

/** Last written before its birth time: it was copied with its times. */
const isCopied = ({ stats: { mtimeNs, birthtimeNs } }: Member): boolean =>
  mtimeNs < birthtimeNs - 1_000_000_000n;

const areOfTheirTime = (rotated: readonly Member[], areTimesKept: boolean): boolean =>
  areTimesKept && !areShifted(rotated) && !rotated.some((each) => each.isZipped || isCopied(each));

const areNamed = (rotated: readonly Member[]): boolean =>
  rotated.every(({ numbers }) => numbers.length > 0) && (rotated.every(isIndex) || !rotated.some(isIndex));

/** Whether names determine the order, for shifted or copied files, whose times do not. */
export const areInOrderOfNames = (members: readonly Member[], areTimesKept: boolean): boolean => {
  const rotated = members.filter(({ isCurrent }) => !isCurrent);
  return areNamed(rotated) && !areOfTheirTime(rotated, areTimesKept);
};

/** From the oldest to the newest, by times and names. */
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
 * The family of a file at one moment: listed until two listings in a row agree, since a rotation may be in progress.
 * Without `areTimesKept`, as in a copied folder, names determine the order instead of times.
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

/** Opens the file of a member; `undefined` if the name belongs to another file by now. */
export const openMember = async ({ path, identity, isZipped }: Member): Promise<Found | undefined> => {
  const found = await openFound(path, isZipped);
  if (found === undefined || found.identity === identity) return found;
  await found.close();
  return undefined;
};
