/** `npm run bench`: every workload on our backends, as a table, or with --json as one JSON object a line. */
import { parseArgs } from 'node:util';
import { defaultBackend } from 'paralens';
import type { Figure } from './measure.js';
import { coldStart } from './cold-start.js';
import { gradientCost } from './gradient-cost.js';
import { mnistStep } from './mnist-step.js';
import { printTable } from './table.js';
import { sgemm } from './sgemm.js';
import { tinyStep } from './tiny-step.js';
import { trainRate } from './train-rate.js';
import { updateBandwidth } from './update-bandwidth.js';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, memory: { type: 'string', default: '10000' } },
});

const figures: readonly Figure[] = [
  ...sgemm(defaultBackend),
  ...mnistStep(defaultBackend, { memorySteps: Number(values.memory) }),
  ...tinyStep(defaultBackend),
  ...trainRate(defaultBackend),
  ...gradientCost(defaultBackend),
  ...updateBandwidth(defaultBackend),
  ...coldStart(defaultBackend),
];
if (values.json) for (const figure of figures) console.log(JSON.stringify(figure));
else printTable(figures);
