/** Follows a file that grows, is rotated or truncated: all records in order, and no byte twice. */
import { fail } from '../error.js';
import type { Broken, RawRecord } from '../online/source/raw-record.js';
import type { Received } from '../online/source/source.js';
import { requireBoolean, requireCount, requireFunction } from '../require.js';
import { pause, requireMilliseconds } from '../stream/timer.js';
import { contentFrom, positionIn, readFully } from './file-content.js';
import type { FilePosition } from './file-position.js';
import { copyOf, passedOver, type Start, startOf, successorOf } from './file-start.js';
import { linesOf } from './lines.js';
import { type Found, identityOf, statsOf } from './open-file.js';
import type { Ends } from './record-boundaries.js';
import { readingError } from './system-error.js';
import { encodingCheck, TELLING } from './text-encoding.js';

export interface FileOptions {
  /** Whether to wait at the end for more data, also through rotations. Otherwise the source ends there. */
  readonly follow?: boolean;
  /** The interval between two checks for more data, in milliseconds; default: 200. */
  readonly poll?: number;
  /** The longest record, in bytes; default: 1 MiB. Longer records become `Broken` and are not kept in memory. */
  readonly maxBytes?: number;
  /** Called with the reason when the source starts to wait, for example for a missing file. */
  readonly report?: (reason: string) => void;
}

/** How the lines of one file become records, from its start or from an offset. */
export interface Reading<A> {
  readonly ends?: () => Ends;
  readonly begin: (
    file: Found,
    offset: number,
  ) => Promise<(lines: readonly Received<RawRecord, FilePosition>[]) => readonly Received<A, FilePosition>[]>;
}

export const MAX_BYTES = 1024 * 1024;

type Records<A> = AsyncGenerator<readonly Received<A | Broken, FilePosition>[], Start | undefined, undefined>;

interface Progress {
  readonly path: string;
  readonly poll: number;
  readonly follow: boolean;
  readonly maxBytes: number;
  readonly report: (reason: string) => void;
  readonly signal: AbortSignal;
}

const NEWLINE = 0x0a;

/** The offset at which to continue after a truncation: the start, or the first line start in the remaining content. */
const leftOf = async (found: Found, size: number, isBeginning: boolean): Promise<number> => {
  if (!isBeginning) return 0;
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - 4096);
    const newline = (await readFully(found, end - from, from)).lastIndexOf(NEWLINE);
    if (newline >= 0) return from + newline + 1;
    end = from;
  }
  return 0;
};

/**
 * Whether reading can continue with the next file. An empty file is not enough, since its writer may still write to the
 * old one, unless it has already lost the name.
 */
const isBegun = async (path: string, { found }: Start): Promise<boolean> => {
  if ((await found.stats()).size > 0n) return true;
  const own = await statsOf(path);
  return own !== undefined && identityOf(own) !== found.identity;
};

/** The records of one file. Returns the next file, or `undefined` at the end. */
async function* recordsOf<A>(start: Start, reading: Reading<A>, progress: Progress): Records<A> {
  const { path, poll, follow, maxBytes, signal } = progress;
  const { found, offset } = start;
  const content = await contentFrom(found, offset);
  const checkEncoding = encodingCheck('file', found.path);
  if (offset > 0) checkEncoding(await readFully(found, TELLING, 0));
  const stage = await reading.begin(found, offset);
  const ends = reading.ends?.();
  const lines = linesOf({ maxBytes, start: offset, at: content.position, ...(ends && { ends }) });
  let last = offset;
  let next: Start | undefined;
  // A writer may still write to the old file for a while: the file has ended when one more check finds nothing.
  let isLastLook = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const bytes = await content.next();
      if (bytes === undefined) return yield* goOnAfterCut();
      if (bytes.length > 0) {
        isLastLook = false;
        const passed =
          content.at() === bytes.length && found.isLive ? await passedOver(path, start, content) : undefined;
        if (passed !== undefined) return passed;
        checkEncoding(bytes);
        const read = lines.push(bytes);
        last = read.at(-1)?.position.offset ?? last;
        const records = stage(read);
        if (records.length > 0) yield records;
        continue;
      }
      next ??= await successorOf(path, start, content);
      if (follow && !isLastLook) {
        isLastLook = next !== undefined && (await isBegun(path, next));
        await pause(poll, signal);
        continue;
      }
      // The last line will not grow any more.
      const rest = stage(lines.end());
      if (rest.length > 0) yield rest;
      const damage = found.damage();
      if (damage !== undefined) {
        const text = `${found.path} cannot be read after byte ${content.at()} of its uncompressed content (${damage}): the rest is lost`;
        yield [{ value: { broken: 'lost', text }, position: content.position(content.at()) }];
      }
      const after = next;
      next = undefined;
      return after;
    }
  } finally {
    await next?.found.close();
  }

  /** The rest of the old content is in a copy if there is one; otherwise it is lost. */
  async function* goOnAfterCut(): Records<A> {
    const at = content.at();
    const copy = await copyOf(path, start, content.position(at), last);
    if (copy !== undefined) return copy;
    const rest = stage(lines.end());
    if (rest.length > 0) yield rest;
    const size = Number((await found.stats()).size);
    const left = await leftOf(found, size, size < at && (await content.beginsLike(found, size)));
    const lost = `${found.path} was cut short or begun anew behind byte ${at}: what may have followed is lost`;
    return { ...start, offset: left, lost };
  }
}

/** Waits for the file if it is followed; otherwise throws if it does not exist. */
const awaited = async (
  open: () => Promise<Start | undefined>,
  { path, follow, poll, report, signal }: Progress,
): Promise<Start> => {
  for (let isTold = false; ; isTold = true) {
    signal.throwIfAborted();
    const opened = await open();
    if (opened !== undefined) return opened;
    if (!follow)
      fail({
        operation: 'file',
        what: 'the file does not exist',
        got: path,
        needed: 'an existing file',
        hint: 'check the path; with `follow: true` the source waits until the file is created',
      });
    if (!isTold) report(`${path} does not exist: waiting for it`);
    await pause(poll, signal);
  }
};

/** Throws if a common option of file sources is invalid. */
export const requireFileOptions = (
  operation: string,
  { follow = false, poll = 200, maxBytes = MAX_BYTES, report = () => undefined }: FileOptions,
): void => {
  requireBoolean(operation, 'follow', follow);
  requireMilliseconds(operation, 'poll', poll);
  requireCount(operation, 'maxBytes', maxBytes, { most: Number.MAX_SAFE_INTEGER });
  requireFunction(operation, 'report', report);
};

/** The records of a file after a position, and of the files after it. */
export async function* readFile<A>(
  path: string,
  options: FileOptions,
  after: FilePosition | undefined,
  reading: Reading<A>,
  signal: AbortSignal,
): AsyncGenerator<readonly Received<A | Broken, FilePosition>[], void, undefined> {
  try {
    yield* filesOf(path, options, after, reading, signal);
  } catch (error) {
    throw readingError('file', path, error);
  }
}

async function* filesOf<A>(
  path: string,
  { follow = false, poll = 200, maxBytes = MAX_BYTES, report = () => undefined }: FileOptions,
  after: FilePosition | undefined,
  reading: Reading<A>,
  signal: AbortSignal,
): AsyncGenerator<readonly Received<A | Broken, FilePosition>[], void, undefined> {
  const progress = { path, follow, poll, maxBytes, report, signal };
  let start: Start | undefined = await awaited(() => startOf(path, after), progress);
  while (start !== undefined) {
    const current: Start = start;
    start = undefined;
    try {
      const { lost } = current;
      if (lost !== undefined)
        yield [
          {
            value: { broken: 'lost', text: lost },
            position: await positionIn(current.found, current.offset),
          },
        ];
      start = yield* recordsOf(current, reading, progress);
    } finally {
      if (start?.found !== current.found) await current.found.close();
    }
  }
}
