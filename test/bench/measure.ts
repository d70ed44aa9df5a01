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

/** By how many percent the last fifth of the values lies above the first, medians of both. */
export const growthOf = (values: readonly number[]): number => {
  const fifth = Math.ceil(values.length / 5);
  const [first, last] = [median(values.slice(0, fifth)), median(values.slice(-fifth))];
  return (100 * (last - first)) / first;
};

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
