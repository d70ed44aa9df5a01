/**
 * The protocol of the workers that read tables. A worker's program consists of functions converted to text, like the
 * threads of the wasm backend, so that bundlers need not find a file. Such a function may refer only to its arguments
 * and to globals of Node.
 */
import { workerProgramText } from '../backend/wasm/threads/worker-program.js';

/** A column of some rows: a typed array if all values are numbers, otherwise one value per row. */
export type Column = ArrayLike<unknown>;

/** A message of the worker, one for each request. */
export type TableMessage =
  /** The names of all columns, in order; the first message. */
  | { readonly kind: 'opened'; readonly names: readonly string[] }
  /** Rows; `first` is the number of rows before them. */
  | {
      readonly kind: 'rows';
      readonly first: number;
      readonly count: number;
      readonly columns: readonly Column[];
    }
  /** Rows that cannot be read, up to before `until`; the rows after it follow. */
  | { readonly kind: 'lost'; readonly reason: string; readonly until: number }
  | { readonly kind: 'end' }
  /** The number of rows, if only counting was requested. */
  | { readonly kind: 'counted'; readonly rows: number }
  /** Nothing more can be read; `needs` is the name of a missing package. */
  | { readonly kind: 'failed'; readonly reason: string; readonly needs?: string };

/** The task of a reader. */
export interface TableTask {
  /** The file descriptor; the caller opens and closes the file. */
  readonly fd: number;
  readonly size: number;
  /** The number of rows to skip. */
  readonly after: number;
  /** The largest number of rows in one message. */
  readonly rows: number;
  /** The limit of an uncompressed part of the file, in bytes. */
  readonly memory: number;
  /** Whether to only count the rows. */
  readonly counting: boolean;
  /** The columns to read; default: all. */
  readonly columns?: readonly string[] | undefined;
}

/** The modules that a worker can load: packages by name, and built-in modules of Node. */
export interface WorkerModules {
  readonly load: (name: string) => Promise<unknown>;
  readonly builtin: NodeJS.Process['getBuiltinModule'];
}

/** A reader of one kind of file, and the functions that it calls by name. Their texts run in a worker. */
export interface TableProgram {
  readonly read: (
    task: TableTask,
    modules: WorkerModules,
    helpers: never,
  ) => AsyncGenerator<TableMessage, void, undefined>;
  readonly helpers: Readonly<Record<string, (...given: never) => unknown>>;
}

/** A request to a worker: start another file, or send the next message of the current one. */
export type TableRequest =
  { readonly kind: 'begin'; readonly setting: TableTask } | { readonly kind: 'next' };

interface Port {
  readonly on: (type: 'message', listener: (asked: TableRequest) => void) => void;
  readonly postMessage: (message: TableMessage, transfer: readonly ArrayBuffer[]) => void;
}

/** Answers each request with the next message of a reader. */
const serve = (
  port: Port,
  read: (setting: TableTask) => AsyncGenerator<TableMessage, void, undefined>,
): void => {
  const own: { reader: AsyncGenerator<TableMessage, void, undefined> | undefined } = { reader: undefined };
  port.on('message', (asked) => {
    if (asked.kind === 'begin') {
      own.reader = read(asked.setting);
      return;
    }
    own.reader?.next().then(
      ({ done, value }) => {
        const message: TableMessage = done === true ? { kind: 'end' } : value;
        const columns = message.kind === 'rows' ? message.columns : [];
        port.postMessage(
          message,
          columns.flatMap((column) =>
            ArrayBuffer.isView(column) && column.buffer instanceof ArrayBuffer ? [column.buffer] : [],
          ),
        );
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        const needs = error instanceof Error && 'needs' in error ? { needs: String(error.needs) } : {};
        port.postMessage({ kind: 'failed', reason, ...needs }, []);
      },
    );
  });
};

/** The text of a worker; `addresses` are the addresses of the modules that it may load. */
export const workerText = (
  { read, helpers }: TableProgram,
  addresses: Readonly<Record<string, string>>,
): string =>
  workerProgramText(`
const addresses = ${JSON.stringify(addresses)};
const builtin = (name) => process.getBuiltinModule(name);
const modules = { load: (name) => import(addresses[name]), builtin };
const helpers = { ${Object.entries(helpers)
    .map(([name, helper]) => `${name}: ${helper.toString()}`)
    .join(', ')} };
const read = ${read.toString()};
(${serve.toString()})(builtin('node:worker_threads').parentPort, (task) => read(task, modules, helpers));`);
