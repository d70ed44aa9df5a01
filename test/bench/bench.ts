/** `npm run bench`: every workload on our backends, as a table, or with --json as one JSON object a line. */
import { parseArgs } from 'node:util';
import { type Backend, defaultBackend, wasm } from 'paralens';
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
  options: { json: { type: 'boolean', default: false }, epochs: { type: 'string', default: '2' } },
});

/** What threads and libraries change: products, and a step that is mostly products. */
const large = (backend: Backend): readonly Figure[] => [
  ...sgemm(backend),
  ...mnistStep(backend),
  ...modelSteps(backend),
];

/** Backends beside the default: two threads, and the system's BLAS where there is one, on one and on two. */
const others = [
  wasm({ threads: 2 }),
  ...[1, 2].map((threads) => wasm({ threads, blas: 'auto', warn: (line) => console.error(line) })),
].filter(({ name, threads }) => name !== 'wasm' || threads > 1);

const figures: readonly Figure[] = [
  ...sgemm(defaultBackend),
  ...mnistStep(defaultBackend),
  ...modelSteps(defaultBackend),
  ...trainCost(defaultBackend, Number(values.epochs)),
  ...others.flatMap(large),
  ...tinyStep(defaultBackend),
  ...tinyMemory(defaultBackend),
  ...trainRate(defaultBackend),
  ...compileTime(defaultBackend),
  ...gradientCost(defaultBackend),
  ...updateBandwidth(defaultBackend),
  ...coldStart(defaultBackend),
];
for (const { close } of others) close();
if (values.json) for (const figure of figures) console.log(JSON.stringify(figure));
else printTable(figures);
