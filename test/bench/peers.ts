/**
 * `npm run bench:peers`: the same work on paralens and on the engines beside it, in turns, one process at a
 * time, several rounds; medians over the rounds, their spread, and ratios. What is not installed is left out
 * and said so; `--only NAME` takes the workloads whose name contains it: `npm install --prefix test/bench/peers` for the packages, `python3-torch` and
 * `libopenblas0-pthread` of Debian for the others.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type Figure, median } from './measure.js';
import { machineLine, showNumber } from './table.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, only: { type: 'string', default: '' } },
});

interface Engine {
  readonly name: string;
  /** Of native libraries, which take it from the environment. */
  readonly threads?: string;
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
      '--epochs',
      '0',
      '--only',
      values.only,
    ],
  },
  { name: 'jax-js', command: [node, `${folder}/jax.mjs`] },
  { name: 'tfjs', command: [node, `${folder}/tfjs.mjs`] },
  ...['1', '2'].flatMap((threads) => [
    { name: 'PyTorch', threads, command: ['/usr/bin/python3', `${folder}/torch_engine.py`, threads] },
    { name: 'OpenBLAS', threads, command: [node, `${folder}/openblas.mjs`, threads] },
  ]),
];

/** The figures that an engine says; none where it can't run. */
const run = ({ command: [program = '', ...args], threads }: Engine): readonly Figure[] => {
  const limits = threads === undefined ? {} : { OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads };
  const env = { ...process.env, ONLY: values.only, ...limits };
  const { stdout, status } = spawnSync(program, args, { encoding: 'utf8', env });
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
    console.log(`${name}: not installed${values.only && ', or nothing asked for'}, left out`);

const all = rounds.flatMap(({ engine, figures }) => figures.map((figure) => ({ name: engine, figure })));
const compared = ['step, median', 'rate'];
const workloads = [
  ...new Set(
    all.filter(({ figure }) => compared.includes(figure.metric)).map(({ figure }) => figure.workload),
  ),
];

console.log(`\n${machineLine()}; ${values.rounds} rounds, medians [lowest – highest]\n`);
console.log('| workload | engine | threads | value | wasm on one thread is faster by |');
console.log('| --- | --- | --- | --- | --- |');
for (const workload of workloads) {
  const here = all
    .map(({ figure }) => figure)
    .filter((figure) => figure.workload === workload && compared.includes(figure.metric));
  const label = ({ engine, threads }: Figure): string => `${engine} | ${threads}`;
  const of = (engine: string): readonly number[] =>
    here.filter((figure) => label(figure) === engine).map(({ value }) => value);
  const ours = median(of('wasm | 1'));
  const unit = here[0]?.unit ?? '';
  for (const engine of new Set(here.map(label))) {
    const numbers = of(engine);
    const middle = median(numbers);
    const ratio = unit === 'ms' ? middle / ours : ours / middle;
    const spread = `[${showNumber(Math.min(...numbers))} – ${showNumber(Math.max(...numbers))}]`;
    const faster = engine === 'wasm | 1' ? '' : `${ratio.toPrecision(3)} ×`;
    console.log(`| ${workload} | ${engine} | ${showNumber(middle)} ${unit} ${spread} | ${faster} |`);
  }
}
