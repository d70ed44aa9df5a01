/**
 * Workers that read tables: they answer one request at a time, are terminated if an answer does not arrive in time, and
 * are reused otherwise.
 */
import { Worker } from 'node:worker_threads';
import type { TableRequest, TableTask, TableMessage } from './table-protocol.js';

export interface TableWorker {
  readonly begin: (setting: TableTask) => void;
  /** The next message; a failure message after this many milliseconds. */
  readonly next: (timeout: number) => Promise<TableMessage>;
  /** Stops the work at once. */
  readonly end: () => Promise<void>;
}

/** How long an idle worker is kept, in milliseconds: starting one takes longer than reading a small file. */
const KEPT_MS = 5000;

/** The largest number of idle workers of a kind. */
const KEPT = 2;

interface Idle {
  readonly worker: Worker;
  readonly drop: () => void;
  readonly timer: NodeJS.Timeout;
}

/** The idle workers by program and memory limit. They have no state from earlier files. */
const idle = new Map<string, readonly Idle[]>();

const takeIdle = (kind: string): Worker | undefined => {
  const [kept, ...others] = idle.get(kind) ?? [];
  if (kept === undefined) return undefined;
  if (others.length > 0) idle.set(kind, others);
  else idle.delete(kind);
  clearTimeout(kept.timer);
  kept.worker.off('error', kept.drop);
  return kept.worker;
};

const keep = async (worker: Worker, kind: string): Promise<void> => {
  const others = idle.get(kind) ?? [];
  if (others.length >= KEPT) {
    await worker.terminate();
    return;
  }
  const drop = (): void => {
    const left = (idle.get(kind) ?? []).filter((each) => each.worker !== worker);
    if (left.length > 0) idle.set(kind, left);
    else idle.delete(kind);
    void worker.terminate();
  };
  // Later errors of this worker are ignored.
  worker.on('error', drop);
  idle.set(kind, [...others, { worker, drop, timer: setTimeout(drop, KEPT_MS).unref() }]);
};

/** Makes a worker that runs a text, with a memory limit in MiB. */
export const tableWorker = (text: string, name: string, memory: number): TableWorker => {
  const kind = `${memory} ${text}`;
  const worker =
    takeIdle(kind) ??
    new Worker(text, {
      eval: true,
      // The worker loads only packages, so it does not need the loaders of the process.
      execArgv: [],
      name,
      resourceLimits: { maxOldGenerationSizeMb: memory },
    });
  // The worker alone does not keep the process alive; during a request the timer does.
  worker.unref();
  let settle: ((message: TableMessage) => void) | undefined;
  let healthy = true;
  const failed = (reason: string): void => {
    healthy = false;
    settle?.({ kind: 'failed', reason });
  };
  const onMessage = (message: TableMessage): void => {
    if (message.kind === 'failed') healthy = false;
    settle?.(message);
  };
  // A package may throw any value.
  const onError = (error: unknown): void => {
    failed(error instanceof Error ? error.message : String(error));
  };
  const onExit = (): void => {
    failed('the worker that reads it has ended');
  };
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  const ask = (asked: TableRequest): void => {
    worker.postMessage(asked);
  };
  return {
    begin: (setting) => {
      ask({ kind: 'begin', setting });
    },
    next: (timeout) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          failed(`a part of it took more than ${timeout} ms (\`timeout\`)`);
        }, timeout);
        settle = (message) => {
          settle = undefined;
          clearTimeout(timer);
          resolve(message);
        };
        ask({ kind: 'next' });
      }),
    end: async () => {
      if (healthy && settle === undefined) {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        return keep(worker, kind);
      }
      // The pending request fails.
      failed('ended');
      await worker.terminate();
    },
  };
};
