/** Threads that run a module of TypeScript, whatever the process was started with. */
import { Worker } from 'node:worker_threads';

/** tsx does not reach the threads of a process by itself in every version of Node. */
const LOADED = `
  const { workerData } = require('node:worker_threads');
  import('tsx/esm/api').then(({ register }) => {
    register();
    return import(workerData.module);
  });
`;

/** A thread that runs the module; what it is given stands in `workerData.given`. */
export const thread = (module: URL, given?: unknown): Worker =>
  new Worker(LOADED, {
    eval: true,
    workerData: { module: module.href, given },
    execArgv: ['--conditions=source'],
  });
