/** Workers that read tables: asked for one message after the other, ended if none comes, and used again if all came. */
import { Worker } from 'node:worker_threads';
import type { TableRequest, TableTask, TableMessage } from './table-protocol.js';

export interface TableWorker {
  readonly begin: (setting: TableTask) => void;
  /** The next message, within so many milliseconds. */
  readonly next: (timeout: number) => Promise<TableMessage>;
  /** Ends what it does, at once. */
  readonly end: () => Promise<void>;
}

/** How long a worker without work is kept: to start one and load its packages takes longer than to read a small file. */
const KEPT_MS = 5000;

/** So many of a kind are kept at most. */
const KEPT = 2;

interface Idle {
  readonly worker: Worker;
  readonly drop: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Those without work, by their program and its bound. They remember nothing of what they have read. */
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
  // What it may still throw concerns nobody.
  worker.on('error', drop);
  idle.set(kind, [...others, { worker, drop, timer: setTimeout(drop, KEPT_MS).unref() }]);
};

/** A worker that runs a text, within so many MiB. */
export const tableWorker = (text: string, name: string, memory: number): TableWorker => {
  const kind = `${memory} ${text}`;
  const worker =
    takeIdle(kind) ??
    new Worker(text, {
      eval: true,
      // Loaders that the process was started with are of no use to a worker that loads packages alone.
      execArgv: [],
      name,
      resourceLimits: { maxOldGenerationSizeMb: memory },
    });
  // Alone it keeps no process alive; while it is asked, the timer does.
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
  // Whatever a package has thrown.
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
      // Whoever waits for an answer is told that there is none.
      failed('ended');
      await worker.terminate();
    },
  };
};
