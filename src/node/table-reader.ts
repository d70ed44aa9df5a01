/** Reads tables in a worker, so that a reader stuck on a damaged file can be terminated. */
import { open } from 'node:fs/promises';
import { fail } from '../error.js';
import type { Broken } from '../online/source/raw-record.js';
import { countCodec, type Received, type Source } from '../online/source/source.js';
import { requireCount } from '../require.js';
import { pulling } from '../stream/async-iterator.js';
import { requireColumns, rowOf } from './columns.js';
import { refuseFolder } from './open-file.js';
import { addressOf } from './optional-package.js';
import { readingOf } from './system-error.js';
import { tableWorker } from './table-worker.js';
import { type TableTask, type TableProgram, type TableMessage, workerText } from './table-protocol.js';

/** A row: values by column name. */
export type Columns = Readonly<Record<string, unknown>>;

export interface TableOptions {
  /** Milliseconds for one part of the file (a row group or record batch); default: 60,000. */
  readonly timeout?: number;
  /** The memory limit of the worker, in MiB; default: 1024. */
  readonly memory?: number;
}

/** A kind of table file. */
export interface TableKind {
  readonly operation: string;
  readonly program: TableProgram;
  /** The packages that it needs; `may` are those that it needs for some files. */
  readonly needs: readonly string[];
  readonly may?: readonly string[];
}

/** The position after all rows of a file, for an unknown number of rows. */
const END = Number.MAX_SAFE_INTEGER;

/** The number of rows in one message, and in one array of records. */
const ROWS = 4096;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** An open file, and the worker that reads it. */
interface Reading {
  readonly next: () => Promise<TableMessage>;
  /** Closes the file and releases the worker, even while an answer is pending. */
  readonly end: () => Promise<void>;
}

const begin = async (
  path: string,
  { operation, program, needs, may = [] }: TableKind,
  { timeout = 60_000, memory = 1024 }: TableOptions,
  setting: Pick<TableTask, 'after' | 'counting' | 'columns'>,
): Promise<Reading> => {
  const addresses = Object.fromEntries([
    ...needs.map((name) => [name, addressOf(operation, name)] as const),
    ...may.flatMap((name) => {
      const address = addressOf(undefined, name);
      return address === undefined ? [] : [[name, address] as const];
    }),
  ]);
  const file = await readingOf(operation, path, () => open(path));
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) refuseFolder(operation, path);
    const { size } = stats;
    const worker = tableWorker(workerText(program, addresses), `paralens ${operation}`, memory);
    worker.begin({ ...setting, fd: file.fd, size, rows: ROWS, memory: memory * 2 ** 20 });
    return {
      next: () => worker.next(timeout),
      end: async () => {
        await worker.end();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
};

/** The number of rows of a table. Rejects if they cannot be counted. */
export const rowsIn = async (path: string, kind: TableKind, options: TableOptions): Promise<number> => {
  const reading = await begin(path, kind, options, { after: 0, counting: true });
  try {
    for (;;) {
      const message = await reading.next();
      if (message.kind === 'counted') return message.rows;
      if (message.kind !== 'opened')
        fail({
          operation: kind.operation,
          what: `the rows of ${path} cannot be counted`,
          got: 'reason' in message ? message.reason : message.kind,
        });
    }
  } finally {
    await reading.end();
  }
};

/** The number of rows after a position. Such files do not grow, so a successful count is kept. */
const rowsBehind = (
  path: string,
  kind: TableKind,
  options: TableOptions,
): NonNullable<Source<Columns, number>['behind']> => {
  let rows: Promise<number> | undefined;
  return async (position) => {
    rows ??= rowsIn(path, kind, options).catch((error: unknown) => {
      rows = undefined;
      throw error;
    });
    return { amount: Math.max(0, (await rows) - (position ?? 0)), unit: 'records' };
  };
};

/**
 * The rows of a table after this many. Unreadable rows become a `Broken` of kind `lost`, whose position is after them,
 * or the end of the file if their number is unknown.
 */
export const readTable = (
  path: string,
  kind: TableKind,
  options: TableOptions,
  after: number,
  columns?: readonly string[],
): AsyncIterableIterator<readonly Received<Columns | Broken, number>[], undefined, undefined> => {
  const { operation } = kind;
  let reading: Promise<Reading> | undefined;
  let names: readonly string[] = [];
  let makeRow = rowOf(names);
  let position = after;
  let ended = false;

  const lost = (reason: string, until: number): IteratorYieldResult<Received<Broken, number>[]> => {
    const text = `${path}: the rows from ${position} ${until === END ? 'on' : `to ${until}`} are lost: ${reason}`;
    position = until;
    return { done: false, value: [{ value: { broken: 'lost', text }, position: until }] };
  };

  const next = async (): Promise<
    IteratorResult<readonly Received<Columns | Broken, number>[], undefined>
  > => {
    // The loss up to the end of the file was already reported.
    if (ended || after === END) return DONE;
    reading ??= begin(path, kind, options, { after, counting: false, columns });
    const reader = await reading;
    for (;;) {
      const message = await reader.next();
      switch (message.kind) {
        case 'opened':
          requireColumns(operation, path, message.names, columns);
          names = columns ?? message.names;
          makeRow = rowOf(names);
          break;
        case 'rows': {
          const { first, count, columns: values } = message;
          const records: Received<Columns, number>[] = [];
          for (let i = 0; i < count; i++)
            records.push({ value: makeRow((column) => values[column]?.[i]), position: first + i + 1 });
          position = first + count;
          return { done: false, value: records };
        }
        case 'lost':
          return lost(message.reason, message.until);
        case 'counted':
        case 'end':
          return DONE;
        case 'failed':
          ended = true;
          // At once, not at the next request, since the worker may be in an endless loop.
          await reader.end();
          if (message.needs !== undefined) addressOf(operation, message.needs);
          return lost(message.reason, END);
      }
    }
  };

  return pulling({
    next,
    release: async () => {
      // The error of a file that could not be opened was already reported.
      const reader = await reading?.catch(() => undefined);
      await reader?.end();
    },
  });
};

/** Makes a source of a table. The position is the number of rows before the next. Throws if an option is invalid. */
export const tableSource = (
  path: string,
  kind: TableKind,
  options: TableOptions,
  columns?: readonly string[],
): Source<Columns | Broken, number> => {
  const { timeout = 1, memory = 1 } = options;
  requireCount(kind.operation, 'timeout', timeout);
  requireCount(kind.operation, 'memory', memory);
  return {
    name: path,
    position: countCodec,
    open: (after = 0) => readTable(path, kind, options, after, columns),
    behind: rowsBehind(path, kind, options),
  };
};
