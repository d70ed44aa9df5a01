/** `npm run bench`: every workload on our backends, as a table, or with --json as one JSON object a line. */
import { arch, cpus, platform } from 'node:os';
import { parseArgs } from 'node:util';
import { defaultBackend } from 'paralens';
import type { Figure } from './measure.js';
import { mnistStep } from './mnist-step.js';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, memory: { type: 'string', default: '10000' } },
});

const show = ({ workload, engine, threads, metric, value, unit }: Figure): string =>
  `${workload} | ${engine}, ${threads} thread${threads === 1 ? '' : 's'} | ${metric} | ${value.toPrecision(3)} ${unit}`;

const figures = [...mnistStep(defaultBackend, { memorySteps: Number(values.memory) })];

if (!values.json) {
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${platform()} ${arch()}, Node ${process.versions.node}\n`,
  );
  console.log('workload | engine | metric | value\n--- | --- | --- | ---');
}
for (const figure of figures) console.log(values.json ? JSON.stringify(figure) : show(figure));
