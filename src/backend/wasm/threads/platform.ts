/** Workers of Node and of browsers behind one interface, found without importing anything that only one has. */

export interface SpawnedWorker {
  readonly send: (message: unknown) => void;
  readonly terminate: () => void;
}

/** Where workers can be had. */
export interface Platform {
  /** How many threads the machine runs at once. */
  readonly cores: number;
  /** The expression by which a worker's program finds where messages come in. */
  readonly port: string;
  /** Starts a program; `stopped` hears of it if it ends by itself. A worker alone keeps no process alive. */
  readonly spawn: (source: string, name: string, stopped: (reason: string) => void) => SpawnedWorker;
  /** Whether this thread may sleep. That of a page may not. */
  readonly maySleep: boolean;
}

/** What there is no way around. */
export interface Lacking {
  readonly lacking: string;
}

const maySleep = (): boolean => {
  try {
    return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1) === 'not-equal';
  } catch {
    return false;
  }
};

const nodePlatform = (): Platform | undefined => {
  // Absent in browsers, and in Node before 20.16.
  const builtin = (globalThis.process as Partial<NodeJS.Process> | undefined)?.getBuiltinModule;
  const threads = builtin?.('node:worker_threads');
  const system = builtin?.('node:os');
  if (threads?.Worker === undefined || system === undefined) return undefined;
  return {
    cores: system.availableParallelism(),
    port: `process.getBuiltinModule('node:worker_threads').parentPort`,
    spawn: (source, name, stopped) => {
      // Loaders that the process was started with are of no use to a worker that imports nothing.
      const worker = new threads.Worker(source, { eval: true, execArgv: [], name });
      worker.unref();
      worker.on('error', (error) => {
        stopped(String(error));
      });
      return {
        send: (message) => {
          worker.postMessage(message);
        },
        terminate: () => void worker.terminate(),
      };
    },
    maySleep: maySleep(),
  };
};

const browserPlatform = (): Platform | undefined => {
  if (typeof Worker === 'undefined' || typeof Blob === 'undefined') return undefined;
  return {
    cores: navigator.hardwareConcurrency,
    port: 'globalThis',
    spawn: (source, name, stopped) => {
      const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const worker = new Worker(address, { name });
      worker.addEventListener('error', (event) => {
        stopped(event.message);
      });
      return {
        send: (message) => {
          worker.postMessage(message);
        },
        terminate: () => {
          worker.terminate();
          URL.revokeObjectURL(address);
        },
      };
    },
    maySleep: maySleep(),
  };
};

/** What workers can be had here, or why none. */
export const findPlatform = (): Platform | Lacking => {
  const isRefused = 'crossOriginIsolated' in globalThis && !globalThis.crossOriginIsolated;
  if (typeof SharedArrayBuffer === 'undefined' || isRefused)
    return {
      lacking: 'no SharedArrayBuffer; a page must be cross-origin isolated (COOP and COEP headers)',
    };
  try {
    new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true });
  } catch (error) {
    return { lacking: `no shared memory in WebAssembly (${String(error)})` };
  }
  return nodePlatform() ?? browserPlatform() ?? { lacking: 'no workers' };
};
