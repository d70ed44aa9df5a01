/** What every engine here says: one JSON object a line. Times are medians within one process. */
export const say = (engine, workload, metric, value, unit, threads = 1) =>
  console.log(JSON.stringify({ workload, engine, threads, metric, value, unit }));

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The milliseconds of each call after a warm-up, for about this long. */
export const timesOf = async (run, { seconds = 1.5, warmUp = 10, most = 2000 } = {}) => {
  for (let i = 0; i < warmUp; i++) await run();
  const times = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < 5 || (performance.now() < end && times.length < most)) {
    const before = performance.now();
    await run();
    times.push(performance.now() - before);
  }
  return times;
};

export const GEMMS = [
  [128, 784, 512],
  [512, 512, 512],
  [1024, 1024, 1024],
];
export const gemmName = ([m, k, n]) => `sgemm ${m}×${k}×${n}`;
export const gigaflops = ([m, k, n], ms) => (2 * m * k * n) / ms / 1e6;

const random = (length, scale) => Float32Array.from({ length }, () => (Math.random() * 2 - 1) * scale);
export const matrix = (rows, columns, scale = 1) => random(rows * columns, scale);

/** Whether a workload is asked for: `ONLY` is a part of the names of those that are. */
export const wanted = (workload) => workload.includes(process.env.ONLY ?? '');
