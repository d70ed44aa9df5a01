/**
 * `npm run bench`: every workload on our backends, as a table, or with --json as one JSON object a line; with
 * --only NAME those whose name contains it.
 */
import { parseArgs } from 'node:util';
import { type Backend, wasm } from 'paralens';
import { defaultBackend } from 'paralens/program';
import type { Figure } from './measure.js';
import { compileTime } from './compile-time.js';
import { coldStart } from './cold-start.js';
import { gradientCost } from './gradient-cost.js';
import { mnistStep } from './mnist-step.js';
import { modelSteps } from './models.js';
import { printTable } from './table.js';
import { sgemm } from './sgemm.js';
import { tinyMemory, tinyStep } from './tiny-step.js';
import { trainCost } from './train-cost.js';
import { trainRate } from './train-rate.js';
import { updateBandwidth } from './update-bandwidth.js';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    epochs: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});
const { only } = values;

/** The figures of a workload, where its name contains what alone is asked for. */
const where = (name: string, figures: () => readonly Figure[]): readonly Figure[] =>
  name.includes(only) ? figures() : [];

/** What threads and libraries change: products, and a step that is mostly products. */
const large = (backend: Backend): readonly Figure[] => [
  ...where('sgemm', () => sgemm(backend)),
  ...where('mnist step', () => mnistStep(backend)),
  ...modelSteps(backend, only),
];

/** Backends beside the default: two threads, and the system's BLAS where there is one, on one and on two. */
const others = [
  wasm({ threads: 2 }),
  ...[1, 2].map((threads) => wasm({ threads, blas: 'auto', warn: (line) => console.error(line) })),
].filter(({ name, threads }) => name !== 'wasm' || threads > 1);

const figures: readonly Figure[] = [
  ...large(defaultBackend),
  ...where('mnist step, through train', () => trainCost(defaultBackend, Number(values.epochs))),
  ...others.flatMap(large),
  ...where('tiny step', () => [...tinyStep(defaultBackend), ...tinyMemory(defaultBackend)]),
  ...where('tiny step, through train', () => trainRate(defaultBackend)),
  ...where('compile time', () => compileTime(defaultBackend)),
  ...where('loss and gradient', () => gradientCost(defaultBackend)),
  ...where('update', () => updateBandwidth(defaultBackend)),
  ...where('cold start', () => coldStart(defaultBackend)),
];
for (const { close } of others) close();
if (values.json) for (const figure of figures) console.log(JSON.stringify(figure));
else printTable(figures);
