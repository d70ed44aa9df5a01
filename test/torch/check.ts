/**
 * `npm run check:torch`: random cases of every layer, loss and update on PyTorch (Debian: python3-torch) and here,
 * as a table. `-- --write` keeps PyTorch's answers for the tests, `-- --seed 7` begins at another case, and a name
 * restricts it to one family.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultBackend, reference } from 'paralens/program';
import { drawsOf } from './case.js';
import { type Distance, distanceOf, TOLERANCE } from './compare.js';
import { families } from './families.js';
import { writeFixture } from './fixture.js';
import { type Answer, answerOf, questionOf } from './result.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    cases: { type: 'string' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
/** As many as are kept; a run that keeps none looks at more. */
const count = Number(values.cases ?? (values.write ? 3 : 20));
const seeds = Array.from({ length: count }, (_, i) => Number(values.seed) + i);
const names = positionals.length > 0 ? positionals : Object.keys(families);

const drawn = names.flatMap((name) => {
  const family = families[name];
  if (family === undefined)
    throw new TypeError(`no family '${name}'; there are ${Object.keys(families).join(', ')}`);
  return seeds.map((seed) => ({ name, seed, each: family(drawsOf(seed)) }));
});

/** All questions at once to one Python, whose first line is its version. */
const ask = (): { readonly torch: string; readonly answers: readonly Answer[] } => {
  const questions = drawn.map(({ name, seed, each }) => JSON.stringify({ name, ...questionOf(seed, each) }));
  const { status, stdout, stderr } = spawnSync(
    values.python,
    [fileURLToPath(new URL('engine.py', import.meta.url))],
    { input: questions.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 30 },
  );
  if (status !== 0) throw new Error(`PyTorch: ${stderr}`);
  const [first = '{}', ...lines] = stdout.trim().split('\n');
  return {
    torch: (JSON.parse(first) as { readonly version: string }).version,
    answers: lines.map((line) => JSON.parse(line) as Answer),
  };
};

const { torch, answers } = ask();
const double = reference({ precision: 'float64' });
const rows = drawn.map(({ name, seed, each }, i) => {
  const needed = answers[i] ?? { result: [], gradients: {} };
  return {
    name,
    seed,
    needed,
    here: distanceOf(answerOf(seed, each, defaultBackend), needed),
    inDouble: distanceOf(answerOf(seed, each, double), needed),
  };
});

const most = (distances: readonly Distance[]): Distance => ({
  value: Math.max(...distances.map(({ value }) => value)),
  gradient: Math.max(...distances.map(({ gradient }) => gradient)),
});
const show = (number: number): string => number.toExponential(1);

console.log(
  `PyTorch ${torch} in float64, ${count} cases each from seed ${values.seed}; largest differences, relative\n`,
);
console.log('| | value, float32 | gradients, float32 | value, float64 | gradients, float64 |');
console.log('| --- | --- | --- | --- | --- |');
for (const name of names) {
  const own = rows.filter((row) => row.name === name);
  const [single, both] = [most(own.map(({ here }) => here)), most(own.map(({ inDouble }) => inDouble))];
  const cells = [single.value, single.gradient, both.value, both.gradient].map(show);
  console.log(`| ${name} | ${cells.join(' | ')} |`);
  if (values.write)
    writeFixture(name, { torch, cases: own.map(({ seed, needed }) => ({ seed, ...needed })) });
}

const failed = rows.filter(({ here, inDouble }) =>
  [here, inDouble].some(({ value, gradient }) => Math.max(value, gradient) > TOLERANCE),
);
for (const { name, seed, here, inDouble } of failed)
  console.log(`${name}, seed ${seed}: ${JSON.stringify({ here, inDouble })}`);
console.log(`\n${rows.length - failed.length} of ${rows.length} cases within ${TOLERANCE}`);
process.exitCode = failed.length > 0 ? 1 : 0;
