/** A file that grows, is renamed and begun anew, or is cut short: its records in order, and no byte of it twice. */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../error.js';
import type { Broken } from '../online/broken.js';
import type { Received } from '../online/source.js';
import { requireCount } from '../require.js';
import { type Found, openFound, openIdentity, successorOf } from './file-identity.js';
import type { FilePosition } from './file-position.js';
import type { RawRecord } from '../online/raw-record.js';
import { linesOf } from './lines.js';
import type { Ends } from './record-ends.js';

export interface FileOptions {
  /** Waits at the end for what is added, also through rotations; without it, the source ends there. */
  readonly follow?: boolean;
  /** How often it is looked whether there is more, in milliseconds; 200 unless told otherwise. */
  readonly poll?: number;
  /** The longest record, in bytes; 1 MiB unless told otherwise. Longer ones are broken, and not held in memory. */
  readonly maxBytes?: number;
}

/** What is made of the lines of one file, from its start or from a place within it. */
export interface Reading<A> {
  readonly ends?: () => Ends;
  readonly begin: (
    file: Found,
    offset: number,
  ) => Promise<(lines: readonly Received<RawRecord, FilePosition>[]) => readonly Received<A, FilePosition>[]>;
}

/** Bytes read at once: more does not make it quicker, less does not hold less of a stream of small records. */
export const CHUNK = 128 * 1024;

export const MAX_BYTES = 1024 * 1024;

/** Where reading begins: in which file, at which byte, and what is missing before. */
interface Start {
  readonly found: Found;
  readonly offset: number;
  readonly lost?: string;
}

const startOf = async (path: string, after: FilePosition | undefined): Promise<Start | undefined> => {
  if (after === undefined) {
    const found = await openFound(path);
    return found && { found, offset: 0 };
  }
  const { file, offset } = after;
  const same = await openIdentity(path, file);
  if (same !== undefined) {
    const { size } = await same.handle.stat();
    return size >= offset
      ? { found: same, offset }
      : {
          found: same,
          offset: 0,
          lost: `${same.path} was cut short to ${size} bytes while nobody read it: what may have followed byte ${offset} is lost`,
        };
  }
  const found = await openFound((await successorOf(path, file, 0n)) ?? path);
  const lost = `the file ${file} is not beside ${path} any more: what followed its byte ${offset} is lost`;
  return found && { found, offset: 0, lost };
};

interface Progress {
  readonly poll: number;
  readonly follow: boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** An empty file that has the name now says nothing yet: its writer may still be at the old one. */
const hasBytes = async (path: string): Promise<boolean> => (await stat(path)).size > 0;

const endsOf = <A>({ ends }: Reading<A>): { readonly ends?: Ends } =>
  ends === undefined ? {} : { ends: ends() };

/** The records of one file, until another one goes on: its path, or nothing at the end of all. */
async function* recordsOf<A>(
  path: string,
  { found, offset }: Start,
  reading: Reading<A>,
  { poll, follow, maxBytes, signal }: Progress,
): AsyncGenerator<readonly Received<A, FilePosition>[], string | undefined, undefined> {
  const { handle, identity } = found;
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  const from = async (start: number) => ({
    stage: await reading.begin(found, start),
    lines: linesOf({ maxBytes, start, at: (end) => ({ file: identity, offset: end }), ...endsOf(reading) }),
  });
  let at = offset;
  let { stage, lines } = await from(at);
  // A writer may go on with the old file for a while: it has ended when one look more has found nothing in it.
  let rotated = false;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, at);
    if (bytesRead > 0) {
      at += bytesRead;
      rotated = false;
      const records = stage(lines.push(buffer.subarray(0, bytesRead)));
      if (records.length > 0) yield records;
      continue;
    }
    const { size, mtimeNs } = await handle.stat({ bigint: true });
    const isCut = size < BigInt(at);
    const next = isCut ? undefined : await successorOf(path, identity, mtimeNs);
    if (!isCut && follow && (next === undefined || !rotated)) {
      rotated = next !== undefined && (next !== path || (await hasBytes(path)));
      await sleep(poll, undefined, { signal });
      continue;
    }
    // Nothing will be added to the last line.
    const last = stage(lines.end());
    if (last.length > 0) yield last;
    if (!isCut) return next;
    at = 0;
    ({ stage, lines } = await from(at));
  }
}

/** Waits for a file that is to be, when it is followed; otherwise it has to be there. */
const awaited = async <T>(
  path: string,
  open: () => Promise<T | undefined>,
  { follow, poll, signal }: Progress,
): Promise<T> => {
  for (;;) {
    signal.throwIfAborted();
    const opened = await open();
    if (opened !== undefined) return opened;
    if (!follow)
      fail({
        operation: 'file',
        what: 'a file that is not there',
        got: path,
        needed: 'a file, or one that will be: with `follow: true` it is waited for',
      });
    await sleep(poll, undefined, { signal });
  }
};

/** The records of a file after a position, and of those that go on after it. */
export async function* readFile<A>(
  path: string,
  { follow = false, poll = 200, maxBytes = MAX_BYTES }: FileOptions,
  after: FilePosition | undefined,
  reading: Reading<A>,
  signal: AbortSignal,
): AsyncGenerator<readonly Received<A | Broken, FilePosition>[], void, undefined> {
  requireCount('readFile', 'maxBytes', maxBytes, { most: Number.MAX_SAFE_INTEGER });
  const progress = { follow, poll, maxBytes, signal };
  let start: Start | undefined = await awaited(path, () => startOf(path, after), progress);
  while (start !== undefined) {
    const { found, offset, lost } = start;
    let next: string | undefined;
    try {
      if (lost !== undefined)
        yield [{ value: { broken: 'lost', text: lost }, position: { file: found.identity, offset } }];
      next = yield* recordsOf(path, start, reading, progress);
    } finally {
      await found.handle.close();
    }
    const successor: Found | undefined = next === undefined ? undefined : await openFound(next);
    start = successor && { found: successor, offset: 0 };
  }
}
