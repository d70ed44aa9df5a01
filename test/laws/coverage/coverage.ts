/**
 * `npm run coverage:laws`: runs the tests of laws, and prints what was held to which law on
 * which backend: each thing that the library exports a row, from what ran and not from what was meant. Fails where
 * one is under no law in float64, or on some backend. Then the matrix of planted bugs, each held to all laws.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPieces } from '../subject/backends.js';
import { LAW_ID } from '../subject/law-id.js';
import { type Kind, registry } from './registry.js';

interface Held {
  /** The test: its file, and its titles from the outermost on. */
  readonly file: string;
  readonly titles: readonly string[];
  readonly laws: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'laws-'));
const [recordFile, reportFile] = [join(folder, 'record'), join(folder, 'report.json')];
const { status } = spawnSync(
  'npx',
  [
    ...['vitest', 'run', 'test/laws', '--config', 'test/laws/coverage/vitest.config.ts'],
    ...['--reporter=json', `--outputFile=${reportFile}`, '--exclude', 'test/laws/self-test/**'],
  ],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PARALENS_LAWS_RECORD: recordFile, PARALENS_LAWS_BACKENDS: 'all' },
  },
);

/** Part of a title that begins with this name: `operation tanh`, `N-1 tanh is finite`, `tanh`. */
const named = (name: string): RegExp =>
  new RegExp(
    `^(?:(?:primitive|operation|update|schedule|fold|source) )?(?:${LAW_ID}(?:, ${LAW_ID})* )?${name}(?=[ ,]|$)`,
    'u',
  );

/** What the checks of each test say, and what its title does. */
const readHeld = (): readonly Held[] => {
  const recorded = new Map<string, readonly string[]>();
  for (const line of readFileSync(recordFile, 'utf8').trim().split('\n')) {
    const { context, laws } = JSON.parse(line) as {
      readonly context: string;
      readonly laws: readonly string[];
    };
    recorded.set(context, [...(recorded.get(context) ?? []), ...laws]);
  }
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as {
    readonly testResults: readonly {
      readonly name: string;
      readonly assertionResults: readonly {
        readonly ancestorTitles: readonly string[];
        readonly title: string;
        readonly status: string;
      }[];
    }[];
  };
  return report.testResults.flatMap(({ name, assertionResults }) => {
    const file = name.replace(/.*\//u, '');
    return assertionResults
      .filter((test) => test.status === 'passed')
      .map(({ ancestorTitles, title }) => {
        const titles = [...ancestorTitles, title];
        const inTitles = titles.join(' ').match(new RegExp(`\\b${LAW_ID}\\b`, 'gu')) ?? [];
        const context = `${file} > ${titles.join(' > ')}`;
        return { file, titles, laws: [...(recorded.get(context) ?? []), ...inTitles] };
      });
  });
};

const held = readHeld();
rmSync(folder, { recursive: true });

interface Place {
  readonly title: string;
  readonly is: (titles: string) => boolean;
}

/** In float64, or of plain values, is what names no backend. */
const exact: Place = {
  title: 'float64',
  is: (titles) => !/, threads: \d/u.test(titles) || titles.includes('float64'),
};
const plain: Place = { ...exact, title: 'plain values' };
const onBackends = withPieces.map(({ name, threads }): Place => ({
  title: threads === 1 ? name : `${name} for ${threads}`,
  is: (titles) => new RegExp(`(?:^|['\\s])${name}'?, threads: ${threads}`, 'u').test(titles),
}));
const places: { readonly [W in Kind['where']]: readonly Place[] } = {
  everywhere: [exact, ...onBackends],
  'on backends': onBackends,
  plain: [plain],
};

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

const cellsOf = ({ files, where, together = false }: Kind, name: string): readonly string[] =>
  places[where].map(({ is }) => {
    const tests = held.filter(
      ({ file, titles }) =>
        files.includes(file) &&
        is(titles.join(' ')) &&
        (together || titles.some((title) => named(name).test(title))),
    );
    return [...new Set(tests.flatMap(({ laws }) => laws))].toSorted(byNumber).join(' ');
  });

const holes: string[] = [];
for (const [kind, each] of Object.entries(registry)) {
  const columns = places[each.where];
  console.log(`\n| ${kind} | ${columns.map(({ title }) => title).join(' | ')} |`);
  console.log(`| --- |${columns.map(() => ' --- |').join('')}`);
  // Those that are under the same laws share a row.
  const rows = new Map<string, string[]>();
  for (const name of each.names) {
    const cells = cellsOf(each, name);
    for (const [i, cell] of cells.entries())
      if (cell === '') holes.push(`${kind} ${name} on ${columns[i]?.title ?? ''}`);
    const row = cells.map((cell) => cell || '–').join(' | ');
    rows.set(row, [...(rows.get(row) ?? []), name]);
  }
  for (const [row, names] of rows) console.log(`| ${names.join(', ')} | ${row} |`);
}
const things = Object.values(registry).reduce((sum, { names }) => sum + names.length, 0);
console.log(`\n${things} things, ${held.length} tests, ${holes.length} holes`);
for (const hole of holes) console.log(`no law holds: ${hole}`);
const bugs = spawnSync('npx', ['vitest', 'run', 'test/laws/self-test'], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, PARALENS_LAWS_MATRIX: 'all' },
});
process.exit(status !== 0 || bugs.status !== 0 || holes.length > 0 ? 1 : 0);
