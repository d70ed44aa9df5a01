/**
 * `npm run bench:peers`: the same work on paralens and on the engines beside it, in turns, one process at a
 * time, several rounds; medians over the rounds, their spread, and ratios. What is not installed is left out
 * and said so: `npm install --prefix test/bench/peers` for the packages, `python3-torch` and
 * `libopenblas0-pthread` of Debian for the others.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type Figure, median } from './measure.js';
import { machineLine, showNumber } from './table.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });

interface Engine {
  readonly name: string;
  readonly command: readonly string[];
}

const folder = 'test/bench/peers';
const node = process.execPath;
const ENGINES: readonly Engine[] = [
  {
    name: 'paralens',
    command: [
      node,
      '--conditions=source',
      '--import',
      'tsx',
      'test/bench/bench.ts',
      '--json',
      '--memory',
      '0',
    ],
  },
  { name: 'jax-js', command: [node, `${folder}/jax.mjs`] },
  { name: 'tfjs', command: [node, `${folder}/tfjs.mjs`] },
  { name: 'PyTorch', command: ['/usr/bin/python3', `${folder}/torch_engine.py`, '1'] },
  { name: 'OpenBLAS', command: [node, `${folder}/openblas.mjs`, '1'] },
];

/** The figures that an engine says; none where it can't run. */
const run = ({ command: [program = '', ...args] }: Engine): readonly Figure[] => {
  const { stdout, status } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  if (status !== 0 && !stdout.includes('"workload"')) return [];
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{"workload"') || line.startsWith('{"workload": '))
    .map((line) => JSON.parse(line) as Figure);
};

const rounds = Array.from({ length: Number(values.rounds) }, () =>
  ENGINES.map((engine) => ({ engine: engine.name, figures: run(engine) })),
).flat();

for (const { name } of ENGINES)
  if (rounds.every(({ engine, figures }) => engine !== name || figures.length === 0))
    console.log(`${name}: not installed, left out`);

const all = rounds.flatMap(({ engine, figures }) => figures.map((figure) => ({ name: engine, figure })));
const compared = ['step, median', 'rate'];
const workloads = [
  ...new Set(
    all.filter(({ figure }) => compared.includes(figure.metric)).map(({ figure }) => figure.workload),
  ),
];

console.log(`\n${machineLine()}; ${values.rounds} rounds, medians [lowest – highest]; one thread\n`);
console.log('| workload | engine | value | paralens is faster by |\n| --- | --- | --- | --- |');
for (const workload of workloads) {
  const of = (name: string): readonly Figure[] =>
    all
      .filter(
        (each) =>
          each.name === name && each.figure.workload === workload && compared.includes(each.figure.metric),
      )
      .map(({ figure }) => figure);
  const ours = median(of('paralens').map(({ value }) => value));
  for (const { name } of ENGINES) {
    const figures = of(name);
    const [first] = figures;
    if (first === undefined) continue;
    const numbers = figures.map(({ value }) => value);
    const middle = median(numbers);
    const ratio = first.unit === 'ms' ? middle / ours : ours / middle;
    const spread = `[${showNumber(Math.min(...numbers))} – ${showNumber(Math.max(...numbers))}]`;
    console.log(
      `| ${workload} | ${first.engine} | ${showNumber(middle)} ${first.unit} ${spread} | ${name === 'paralens' ? '' : `${ratio.toPrecision(3)} ×`} |`,
    );
  }
}
