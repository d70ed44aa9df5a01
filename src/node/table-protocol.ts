/**
 * What a worker that reads a table is told and tells. Its program is functions turned to text, as that of the threads
 * of the wasm backend, so that no bundler has to find a file: such a function refers to nothing but its arguments and
 * what Node has.
 */
import { workerProgramText } from '../backend/wasm/threads/worker-program.js';

/** A column of some rows: numbers as they lie in memory where all are there, otherwise one value a row. */
export type Column = ArrayLike<unknown>;

/** One message for each time that the worker is asked. */
export type TableMessage =
  /** The names of all columns, in their order; the first message. */
  | { readonly kind: 'opened'; readonly names: readonly string[] }
  /** Rows, of which the first has so many before it. */
  | {
      readonly kind: 'rows';
      readonly first: number;
      readonly count: number;
      readonly columns: readonly Column[];
    }
  /** Rows that cannot be read, up to before this one; those after it are told next. */
  | { readonly kind: 'lost'; readonly reason: string; readonly until: number }
  | { readonly kind: 'end' }
  /** How many rows there are, where that was the question. */
  | { readonly kind: 'counted'; readonly rows: number }
  /** Nothing more can be read; `needs` is a package that is not installed. */
  | { readonly kind: 'failed'; readonly reason: string; readonly needs?: string };

/** What a reader is given. */
export interface TableTask {
  /** The file, opened by whoever asks, and closed there as well. */
  readonly fd: number;
  readonly size: number;
  /** Rows before the first that is wanted. */
  readonly after: number;
  /** Rows in one message, at most. */
  readonly rows: number;
  /** What a part of the file may take when it is unpacked, in bytes. */
  readonly memory: number;
  /** Only counts the rows. */
  readonly counting: boolean;
  /** Only these columns. */
  readonly columns?: readonly string[] | undefined;
}

/** What text needs to reach: a module by its name, and what Node has built in. */
export interface WorkerModules {
  readonly load: (name: string) => Promise<unknown>;
  readonly builtin: NodeJS.Process['getBuiltinModule'];
}

/** A reader of one kind of file and the functions that it calls, by name: the texts of all of them are run in a worker. */
export interface TableProgram {
  readonly read: (
    task: TableTask,
    modules: WorkerModules,
    helpers: never,
  ) => AsyncGenerator<TableMessage, void, undefined>;
  readonly helpers: Readonly<Record<string, (...given: never) => unknown>>;
}

/** What a worker is asked: to begin with another file, or for the next message of the one begun. */
export type TableRequest =
  { readonly kind: 'begin'; readonly setting: TableTask } | { readonly kind: 'next' };

interface Port {
  readonly on: (type: 'message', listener: (asked: TableRequest) => void) => void;
  readonly postMessage: (message: TableMessage, transfer: readonly ArrayBuffer[]) => void;
}

/** Answers each question with the next message of a reader. */
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

/** The text of a worker; `addresses` are those of the modules that it may load. */
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
