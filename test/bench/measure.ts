/** How the benches measure: medians of many short runs, after warming up. */

/** One figure of one workload. */
export interface Figure {
  readonly workload: string;
  readonly engine: string;
  readonly threads: number;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
}

const sorted = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

/** The value below which this share of the values lies. */
export const quantile = (values: readonly number[], share: number): number =>
  sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The milliseconds of each of `runs` calls, after `warmUp` calls that are not counted. */
export const timesOf = (run: () => void, runs: number, warmUp: number): readonly number[] => {
  for (let i = 0; i < warmUp; i++) run();
  return Array.from({ length: runs }, () => {
    const before = performance.now();
    run();
    return performance.now() - before;
  });
};

/** Makes figures of one workload on one engine. */
export const figureOf =
  (workload: string, { name, threads }: { readonly name: string; readonly threads: number }) =>
  (metric: string, value: number, unit: string): Figure => ({
    workload,
    engine: name,
    threads,
    metric,
    value,
    unit,
  });
