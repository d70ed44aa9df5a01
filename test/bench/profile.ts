/**
 * Where the time of a training step goes: the larger models, kernel by kernel. Of each function of a kernel the 10th
 * percentile of its milliseconds, so that what else runs on the machine counts little.
 *
 *   npm run bench:profile -- --model transformer-adam [--blas] [--steps 30]
 */
import { parseArgs } from 'node:util';
import { adam, type Backend, rmsprop, sgd } from 'paralens';
import { defaultBackend } from 'paralens/program';
import { findBlas } from '../../src/backend/wasm/blas/library.js';
import { compileProgram, type Compiled } from '../../src/backend/wasm/compile.js';
import { hasRelaxedSimd } from '../../src/backend/wasm/module.js';
import { startMachine } from '../../src/backend/wasm/machine.js';
import { tileOf } from '../../src/backend/wasm/product-shape.js';
import { printKernels } from '../../src/kernel/print.js';
import { median, quantile } from './measure.js';
import { MNIST } from './mnist-step.js';
import { convnet, transformer, widePerceptron } from './models.js';
import { machineLine, showNumber } from './table.js';
import { prepare, type Prepared } from './training-step.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'transformer-adam' },
    blas: { type: 'boolean', default: false },
    steps: { type: 'string', default: '30' },
  },
});

const MODELS: Readonly<Record<string, (backend: Backend) => Prepared>> = {
  convnet,
  'transformer-adam': (backend) => transformer(backend, adam()),
  'transformer-sgd': (backend) => transformer(backend, sgd()),
  'wide-perceptron': widePerceptron,
  mnist: (backend) => prepare(backend, rmsprop({ learningRate: 1e-3 }), MNIST),
};

const library = values.blas ? findBlas('auto') : undefined;
if (library !== undefined && 'absent' in library) throw new Error(library.absent);
library?.useThreads(1);

/** The times of each phase, a row a step. */
const steps: number[][] = [];
let compiled: Compiled | undefined;
const profiled: Backend = {
  ...defaultBackend,
  compile: (program) => {
    const options = {
      tile: tileOf(hasRelaxedSimd()),
      threads: 1,
      blas: library && { matrices: true, windows: true },
      apart: true,
    };
    const made = compileProgram(program, options);
    compiled = made;
    const module = new WebAssembly.Module(made.code);
    const around = (position: number, perform: () => void): void => {
      if (position === 0) steps.push([]);
      const before = performance.now();
      perform();
      steps.at(-1)?.push(performance.now() - before);
    };
    return {
      ...defaultBackend.compile(program),
      start: (state) =>
        startMachine(
          { module, program, compiled: made, threads: 1, pool: undefined, blas: library, around },
          state,
        ),
    };
  },
};

const prepared = MODELS[values.model];
if (prepared === undefined)
  throw new Error(`no model ${values.model}: there are ${Object.keys(MODELS).join(', ')}`);
const { machine, batch } = prepared(profiled);
for (let i = 0; i < Number(values.steps); i++) void machine.step(batch);

if (compiled === undefined) throw new Error('the step was not compiled');
const { fused, phases } = compiled;
const heads = printKernels(fused)
  .split('\n')
  .filter((line) => /^\d+: /.test(line));
const whole = median(steps.map((step) => step.reduce((sum, time) => sum + time, 0)));

/** Kernels of one form count as one: a transformer has its blocks' four times. */
interface Row {
  readonly milliseconds: number;
  readonly kernels: ReadonlySet<number>;
}
const rows = new Map<string, Row>();
for (const [position, phase] of phases.entries()) {
  const { kernel } = phase;
  const head = heads[kernel ?? -1] ?? 'copies';
  const form = `${phase.kind === 'products' ? 'library' : 'own'} | ${head
    .replace(/^\d+: /, '')
    .replaceAll(/%\d+ /g, '')
    .replaceAll(/(#|,) \d+\./g, '$1 ')}`;
  const { milliseconds = 0, kernels = [] } = rows.get(form) ?? {};
  rows.set(form, {
    milliseconds:
      milliseconds +
      quantile(
        steps.map((step) => step[position] ?? 0),
        0.1,
      ),
    kernels: new Set([...kernels, kernel ?? -1]),
  });
}
const sumOf = (by: string): number =>
  [...rows].reduce((sum, [form, { milliseconds }]) => sum + (form.startsWith(by) ? milliseconds : 0), 0);
console.log(
  `${machineLine()}; ${values.model}, a step of ${showNumber(whole)} ms in the median; at the 10th percentile ${showNumber(sumOf('library'))} ms in the library, ${showNumber(sumOf('own'))} ms elsewhere\n`,
);
console.log('| ms | kernels | by | what |\n| --- | --- | --- | --- |');
for (const [form, { milliseconds, kernels }] of [...rows].toSorted(
  ([, a], [, b]) => b.milliseconds - a.milliseconds,
))
  if (milliseconds > whole / 200)
    console.log(`| ${showNumber(milliseconds)} | ${[...kernels].join(' ')} | ${form} |`);
