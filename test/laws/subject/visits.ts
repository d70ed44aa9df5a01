/**
 * Counts visits: how often each block of the library's code is run, told by the engine's own precise coverage, so that
 * nothing in the library knows of being counted.
 */
import { Session } from 'node:inspector';

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

/**
 * Begins to count. What has been loaded before is counted by function only, so the library must be loaded behind this.
 * Gives the number of visits to blocks of `src/` that a function causes.
 */
export const countingVisits = (): ((f: () => unknown) => number) => {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  /** Visits since the last time. */
  const take = (): number => {
    let visits = 0;
    // The answer comes before `post` returns, since the session is of this thread.
    session.post('Profiler.takePreciseCoverage', (error: Error | null, coverage: Coverage) => {
      if (error !== null) throw error;
      for (const { url, functions } of coverage.result)
        if (/\/src\/[a-z]+\//.test(url) && !url.includes('node_modules'))
          for (const { ranges } of functions) for (const { count } of ranges) visits += count;
    });
    return visits;
  };
  return (f) => {
    take();
    f();
    return take();
  };
};
