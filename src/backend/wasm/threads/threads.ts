/** From the number of threads asked for to those that there will be. */
import { requireCount } from '../../../require.js';
import { findPlatform, type Lacking, type Platform } from './platform.js';
import { type Pool, workerPool } from './pool.js';

export interface Threads {
  readonly count: number;
  /** The workers beside the main thread, where there are any. */
  readonly pool: Pool | undefined;
}

const MOST_THREADS = 256;

/**
 * Milliseconds that workers look out for work. Beside a library not for long: its threads want the cores that
 * idle workers would keep busy.
 */
const PATIENCE = 0.1;
const PATIENCE_BESIDE_LIBRARY = 0.02;

export interface ThreadsOptions {
  /** Hears in one line why there is but one thread, where more were asked for. */
  readonly warn: (line: string) => void;
  /** Whether a library with threads of its own takes part. */
  readonly besideLibrary?: boolean;
  readonly find?: () => Platform | Lacking;
}

/** So many threads; one where there can be no more. */
export const threadsFor = (
  asked: number | 'all',
  { warn, besideLibrary = false, find = findPlatform }: ThreadsOptions,
): Threads => {
  if (asked !== 'all') requireCount('wasm', 'threads', asked, { most: MOST_THREADS });
  if (asked === 1) return { count: 1, pool: undefined };
  const platform = find();
  if ('lacking' in platform) {
    const wanted = asked === 'all' ? 'all threads' : `${asked} threads`;
    warn(`paralens: one thread instead of ${wanted}: ${platform.lacking}`);
    return { count: 1, pool: undefined };
  }
  const count = asked === 'all' ? Math.min(MOST_THREADS, platform.cores) : asked;
  if (count === 1) return { count, pool: undefined };
  const patience = besideLibrary ? PATIENCE_BESIDE_LIBRARY : PATIENCE;
  return { count, pool: workerPool({ platform, workers: count - 1, patience, warn }) };
};
