/**
 * `npm run typecheck`, second half: the package as its user sees it. Its declarations are emitted, and a project
 * that knows nothing else compiles, with declarations of its own:
 * - each export again, and what each exported function returns: every type in them can be named;
 * - the examples of all docstrings and Markdown files, what they declare exported;
 * - models and losses that do not fit, of which the last line that the compiler says is compared.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { docstringExamples, type Example, markdownExamples } from '../docs/examples.js';

const ROOT = new URL('../../', import.meta.url).pathname;
const PROJECT = join(ROOT, 'test/types/project');

const tsc = (...args: readonly string[]): string =>
  spawnSync('npx', ['--no-install', 'tsc', '--pretty', 'false', ...args], { cwd: ROOT, encoding: 'utf8' })
    .stdout;

/** The sources of the entry points. */
const entries: Readonly<Record<string, string>> = {
  paralens: 'src/index.ts',
  'paralens/operation': 'src/operation/index.ts',
  'paralens/lens': 'src/lens/index.ts',
  'paralens/update': 'src/update/index.ts',
  'paralens/program': 'src/program/index.ts',
  'paralens/format': 'src/format/index.ts',
  'paralens/online': 'src/online/index.ts',
  'paralens/node': 'src/node/index.ts',
  'paralens/laws': 'laws/index.ts',
  'paralens/laws/kit': 'laws/kit/index.ts',
};

interface Exports {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** What a file that only re-exports exports. */
const exportsOf = (file: string): Exports => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const listed = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, type, names = '']) =>
    names
      .split(',')
      .map((name) => `${type ?? ''}${name.trim()}`)
      .filter((name) => name !== (type ?? '')),
  );
  const further = [...text.matchAll(/^export \* from '(.*)\.js'/gm)].map(([, path = '']) =>
    exportsOf(join(dirname(file), `${path}.ts`)),
  );
  return {
    values: [
      ...listed.filter((name) => !name.startsWith('type ')),
      ...further.flatMap(({ values }) => values),
    ],
    types: [
      ...listed.filter((name) => name.startsWith('type ')).map((name) => name.replace(/^(type )+/, '')),
      ...further.flatMap(({ types }) => types),
    ],
  };
};

const exported = new Map(Object.entries(entries).map(([name, file]) => [name, exportsOf(file)]));

/** Every export under another name, and what each function returns, whatever it is called with. */
const reexports = (entry: string, { values }: Exports): string =>
  [
    `import * as all from '${entry}';`,
    'declare const returned: <T>(value: T) => T extends (...args: never[]) => infer R ? R : never;',
    ...values.flatMap((name) => [
      `export const ${name}$ = all.${name};`,
      `export const ${name}$returned = returned(all.${name});`,
    ]),
  ].join('\n');

const valuesOf = (file: string): readonly string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^export const (\w+)/gm)].map(([, name = '']) => name);

/** Where a name in an example comes from; of functions and layers of one name, what the file is about decides. */
const scopeOf = (file: string): ReadonlyMap<string, string> => {
  const names = (entry: string): readonly (readonly [string, string])[] => {
    const { values = [], types = [] } = exported.get(entry) ?? {};
    return [...values, ...types].map((name) => [name, entry]);
  };
  const layersLast = /^src\/(layer|lens|learner|stream)\//.test(file);
  const tensors = layersLast ? ['paralens/operation', 'paralens'] : ['paralens', 'paralens/operation'];
  return new Map([
    ...valuesOf('test/docs/prelude.ts').map((name) => [name, './prelude.js'] as const),
    ...['from', 'interval', 'lastValueFrom', 'map', 'of', 'toArray'].map((name) => [name, 'rxjs'] as const),
    ...['online', 'lens', 'update', 'program', 'format', 'node']
      .map((name) => `paralens/${name}`)
      .flatMap(names),
    ...tensors.flatMap(names),
    ...(/^src\/(online|node)\//.test(file) ? names('paralens/online') : []),
    ...([
      ['map', 'rxjs'],
      ['Readable', 'node:stream'],
      ['WebSocket', 'ws'],
      ['either', 'fp-ts'],
    ] as const),
    ...(file.startsWith('laws/') ? ['paralens/laws', 'paralens/laws/kit'].flatMap(names) : []),
    ['pipe', 'fp-ts/function'],
    ['permutation', './node_modules/paralens/dist/src/random/permutation.js'],
  ]);
};

/** An example as a module, with what it takes for granted imported. */
const moduleOf = ({ file, code }: Example): string => {
  if (/^import .*'paralens'/m.test(code)) return code;
  const bare = code.replaceAll(/\/\/.*$/gm, '');
  const used = new Set(bare.match(/(?<!(?<!\.\.)\.|[\w$])[A-Za-z_$][\w$]*/g));
  const declared = new Set(
    [
      ...bare.matchAll(
        /^(?:const|let|function|type|interface|import) (?:(\w+)|[[{]([^=]*?)[\]}] (?:=|from))/gm,
      ),
    ].flatMap(([, name, pattern]) => (name === undefined ? (pattern?.match(/\w+/g) ?? []) : [name])),
  );
  const imports = [...scopeOf(file)]
    .filter(([name]) => used.has(name) && !declared.has(name))
    .map(([name, from]) => `import { ${name} } from '${from}';`);
  return [
    `// ${file}`,
    ...imports,
    "import * as t from 'io-ts';",
    "import fc from 'fast-check';",
    code.replaceAll(/^(const|let|type|interface) /gm, 'export $1 '),
    'export {};',
  ].join('\n');
};

/** Models and losses that do not fit, and what the compiler says last. */
const mistakes: Readonly<Record<string, readonly [code: string, last: string]>> = {
  'mistake-layer.ts': [
    `import { dense, relu, sequential } from 'paralens';
sequential(dense(784, 512), relu(), dense(500, 10));`,
    "Type '500' is not assignable to type '512'.",
  ],
  'mistake-loss.ts': [
    `import { dense, learner, type Loss, sgd, softmaxCrossEntropy, type Tensor } from 'paralens';
const loss: Loss<Tensor<[number, 4]>, Tensor<[number, 4]>> = softmaxCrossEntropy();
learner({ model: dense(2, 3), loss, update: sgd() });`,
    "Type '3' is not assignable to type '4'.",
  ],
};

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(PROJECT, file)), { recursive: true });
  writeFileSync(join(PROJECT, file), text);
};

const numbered = (examples: readonly Example[]): readonly (readonly [name: string, example: Example])[] =>
  examples.map((example, i) => [
    `${example.file.replaceAll('/', '-').replace(/\.(ts|md)$/, '')}-${i}.ts`,
    example,
  ]);

rmSync(PROJECT, { recursive: true, force: true });
const complaints = tsc(
  '-p',
  'tsconfig.build.json',
  '--declarationMap',
  'false',
  '--outDir',
  `${PROJECT}/node_modules/paralens/dist`,
);
cpSync(join(ROOT, 'package.json'), `${PROJECT}/node_modules/paralens/package.json`);
cpSync(join(ROOT, 'test/docs/prelude.ts'), `${PROJECT}/prelude.ts`);
write('package.json', JSON.stringify({ name: 'user', private: true, type: 'module' }));
write(
  'tsconfig.json',
  JSON.stringify({
    extends: '../../../tsconfig.json',
    compilerOptions: {
      customConditions: [],
      preserveSymlinks: true,
      declaration: true,
      noUnusedLocals: false,
      verbatimModuleSyntax: false,
    },
    include: ['*.ts'],
    exclude: [],
  }),
);
for (const [entry, each] of exported) write(`${entry.replaceAll('/', '-')}.ts`, reexports(entry, each));
const examples = numbered([...docstringExamples('src'), ...docstringExamples('laws'), ...markdownExamples()]);
for (const [name, example] of examples) write(name, moduleOf(example));
for (const [name, [code]] of Object.entries(mistakes)) write(name, code);

/** What the compiler says of each file. */
const said = new Map<string, string[]>();
for (const line of tsc('-p', PROJECT)
  .split('\n')
  .filter((each) => each !== '')) {
  const file = /^test\/types\/project\/([^(]*)\(/.exec(line)?.[1] ?? [...said.keys()].at(-1) ?? '';
  said.set(file, [...(said.get(file) ?? []), line]);
}

const unexpected = [...said].filter(([file]) => !(file in mistakes)).flatMap(([, lines]) => lines);
const misleading = Object.entries(mistakes).flatMap(([file, [, last]]) => {
  const lines = said.get(file) ?? [];
  const fine = lines.length <= 6 && lines.at(-1)?.trim() === last && !lines.join('').includes('undefined');
  return fine
    ? []
    : [`${file}: needed at most 6 lines, no 'undefined', at the end "${last}", got:`, ...lines];
});
const errors = [complaints, ...unexpected, ...misleading].filter((each) => each !== '');
console.log(
  errors.length > 0 ? errors.join('\n') : `as a user sees it: ${examples.length} examples, no errors`,
);
process.exitCode = errors.length > 0 ? 1 : 0;
