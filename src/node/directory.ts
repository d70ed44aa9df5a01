/** The files of a folder, one after the other in the order of their names. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as t from 'io-ts';
import { fail } from '../error.js';
import { requireBoolean, showGiven } from '../require.js';
import { type Broken, isBroken } from '../online/source/raw-record.js';
import type { Json } from '../tree/tree.js';
import type { Lag, Received, Source } from '../online/source/source.js';
import { abortable } from '../stream/async-iterator.js';
import { pause, requireMilliseconds } from '../stream/timer.js';
import { statsOf } from './open-file.js';
import { readingOf } from './system-error.js';

export interface DirectoryOptions {
  /** Which names count; all but hidden ones unless told otherwise. */
  readonly match?: RegExp;
  /** Waits for further files. */
  readonly follow?: boolean;
  /** How often it is looked whether there is another, in milliseconds; 200 unless told otherwise. */
  readonly poll?: number;
}

/** Where a folder has been read up to: a file by its name, and a position within it. */
export type DirectoryPosition<P extends Json> = { readonly name: string; readonly at: P };

const isThere = async (path: string): Promise<boolean> =>
  (await readingOf('directory', path, () => statsOf(path))) !== undefined;

/** All of a source that is pulled, let go of when nobody asks any more, also while it is waited for. */
async function* until<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  // It may have been let go of while the folder was read.
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  const letGo = async (): Promise<unknown> => iterator.return?.();
  // Asked once more below; nobody waits for this one.
  const stop = (): void => void letGo().catch(() => undefined);
  signal.addEventListener('abort', stop);
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    signal.removeEventListener('abort', stop);
    await letGo();
  }
}

/** All names but hidden ones. */
const SHOWN = /^[^.]/;

const namesIn = async (folder: string, match: RegExp): Promise<readonly string[]> =>
  (await readingOf('directory', folder, () => readdir(folder)))
    // Not `test`, which begins behind the last match of an expression that has the flag g.
    .filter((name) => name.search(match) >= 0)
    .toSorted();

/** What the file of a position has behind it, and what there is in those after it, in the unit of their source. */
const allBehind = async <A, P extends Json>(
  folder: string,
  fileSource: (path: string) => Source<A, P>,
  { match = SHOWN }: DirectoryOptions,
  position: DirectoryPosition<P> | null,
): Promise<Lag> => {
  let lag: Lag = { amount: 0, unit: 'bytes' };
  for (const name of await namesIn(folder, match)) {
    if (position !== null && name < position.name) continue;
    const at = name === position?.name ? position.at : null;
    const behind = await fileSource(join(folder, name)).behind?.(at);
    if (behind !== undefined) lag = { amount: lag.amount + behind.amount, unit: behind.unit };
  }
  return lag;
};

const isLost = (value: unknown): boolean => isBroken(value) && value.broken === 'lost';

async function* readAll<A, P extends Json>(
  folder: string,
  fileSource: (path: string) => Source<A, P>,
  { match = SHOWN, follow = false, poll = 200 }: DirectoryOptions,
  after: DirectoryPosition<P> | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly Received<A | Broken, DirectoryPosition<P>>[], void, undefined> {
  async function* read(name: string, at?: P) {
    const source = fileSource(join(folder, name));
    for await (const records of until(at === undefined ? source.open() : source.open(at), signal))
      yield records.map(({ value, position }) => ({ value, position: { name, at: position } }));
  }
  let last = after?.name;
  if (after !== undefined) {
    const { name, at } = after;
    if (await isThere(join(folder, name))) yield* read(name, at);
    else {
      const text = `${name} is not in ${folder} any more: what followed ${JSON.stringify(at)} in it is lost`;
      yield [{ value: { broken: 'lost', text }, position: after }];
    }
  }
  for (;;) {
    signal.throwIfAborted();
    const names = await namesIn(folder, match);
    // Looked up again after each file: others may have come in the meantime.
    const next = names.find((name) => last === undefined || name > last);
    if (next !== undefined) {
      yield* read(next);
      last = next;
    } else if (follow) await pause(poll, signal);
    else return;
  }
}

/**
 * The records of all files of a folder, in the order of their names (by code unit, so number them with leading zeros),
 * each read as a source of its own, which must not follow its file. The position is a file's name and the position
 * within it. With `follow`, names that come later and after those that were read are gone on with: a file should get
 * its name when it is whole, by renaming. A file that is gone is said to be so by a `Broken` that is `lost`.
 *
 * Throws if an option is invalid; while running, if the folder cannot be read.
 *
 * Laws: F-1, F-3 to F-9, F-13, F-19, F-23.
 *
 * @example
 * const days = directory('events', (path) => ndjson(path), { match: /\.ndjson$/ });
 */
export const directory = <A, P extends Json>(
  folder: string,
  fileSource: (path: string) => Source<A, P>,
  options: DirectoryOptions = {},
): Source<A | Broken, DirectoryPosition<P>> => {
  const { follow = false, poll = 200, match = SHOWN } = options;
  if (!(match instanceof RegExp))
    fail({ operation: 'directory', what: '`match` must be a regular expression', got: showGiven(match) });
  requireBoolean('directory', 'follow', follow);
  requireMilliseconds('directory', 'poll', poll);
  // Of no file in particular: any source of this kind reads its positions.
  const { position: at, bytesOf, behind } = fileSource(folder);
  return {
    name: folder,
    position: t.readonly(t.type({ name: t.string, at }, 'DirectoryPosition'), 'DirectoryPosition'),
    open: (after) => abortable((signal) => readAll(folder, fileSource, options, after, signal)),
    // A file that is gone has no bytes.
    ...(bytesOf && { bytesOf: (value) => (isLost(value) ? 0 : bytesOf(value as A)) }),
    ...(behind && { behind: (position) => allBehind(folder, fileSource, options, position) }),
  };
};
