/** The files of a folder, in the order of their names. */
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
  /** Selects files by name; default: all files that are not hidden. */
  readonly match?: RegExp;
  /** Whether to wait for further files. */
  readonly follow?: boolean;
  /** The interval between two checks for a new file, in milliseconds; default: 200. */
  readonly poll?: number;
}

/** The position in a folder: the name of a file, and the position in it. */
export type DirectoryPosition<P extends Json> = { readonly name: string; readonly at: P };

const isThere = async (path: string): Promise<boolean> =>
  (await readingOf('directory', path, () => statsOf(path))) !== undefined;

/** The values of a source, which is released at once when the signal is aborted, even while a value is pending. */
async function* until<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  // The source may have been released while the folder was read.
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  const letGo = async (): Promise<unknown> => iterator.return?.();
  // It is called again below; nothing waits for this call.
  const stop = (): void => void letGo().catch(() => undefined);
  signal.addEventListener('abort', stop);
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    signal.removeEventListener('abort', stop);
    await letGo();
  }
}

/** All names except hidden ones. */
const SHOWN = /^[^.]/;

const namesIn = async (folder: string, match: RegExp): Promise<readonly string[]> =>
  (await readingOf('directory', folder, () => readdir(folder)))
    // Not `test`, which for a regular expression with the flag g starts after the last match.
    .filter((name) => name.search(match) >= 0)
    .toSorted();

/** The amount of data after a position, in its file and all later files, in the unit of their source. */
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
      const text = `${name} does not exist in ${folder} any more: its records after ${JSON.stringify(at)} are lost`;
      yield [{ value: { broken: 'lost', text }, position: after }];
    }
  }
  for (;;) {
    signal.throwIfAborted();
    const names = await namesIn(folder, match);
    // Listed again after each file, since there may be new ones.
    const next = names.find((name) => last === undefined || name > last);
    if (next !== undefined) {
      yield* read(next);
      last = next;
    } else if (follow) await pause(poll, signal);
    else return;
  }
}

/**
 * A source of the records of all files in a folder, in the order of their names (by code unit, so use leading zeros).
 * Each file is read by its own source, which must not follow the file. The position is a file name and the position in
 * that file. With `follow`, new files are read if their names come after those already read; rename a file into the
 * folder when it is complete. For a file that no longer exists, a `Broken` of kind `lost` is emitted.
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
  // Any source of this kind can read the positions, so the folder stands for a file.
  const { position: at, bytesOf, behind } = fileSource(folder);
  return {
    name: folder,
    position: t.readonly(t.type({ name: t.string, at }, 'DirectoryPosition'), 'DirectoryPosition'),
    open: (after) => abortable((signal) => readAll(folder, fileSource, options, after, signal)),
    // A missing file has no bytes.
    ...(bytesOf && { bytesOf: (value) => (isLost(value) ? 0 : bytesOf(value as A)) }),
    ...(behind && { behind: (position) => allBehind(folder, fileSource, options, position) }),
  };
};
