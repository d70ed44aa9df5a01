// The house: which folder may import which. The order is the architecture; `npm run layers` checks it.

/** Each row may import itself and every row above it; names that share a row do not import each other. */
const floors = [
  ['tree'],
  ['random'],
  ['tensor'],
  ['graph'],
  ['autodiff'],
  ['operation'],
  ['lens'],
  ['layer', 'loss', 'update', 'metric'],
  ['learner'],
  ['kernel'],
  ['backend'],
  ['stream', 'program'],
  ['format'],
  ['online'],
  ['node'],
];

/** Folders that may import less than the rows above them. */
const exceptions = {
  stream: { not: ['layer'] },
  program: { not: ['random', 'kernel', 'lens', 'layer', 'loss', 'update', 'metric'] },
  format: { only: ['tree', 'random', 'tensor'] },
};

const source = (folder) => `^src/${folder}/`;
const anyOf = (names) => `^src/(${names.join('|')})/`;

const allowedFrom = (folder, floor) => {
  const above = floors.slice(0, floor).flat();
  const { only = above, not = [] } = exceptions[folder] ?? {};
  return [folder, ...above.filter((name) => only.includes(name) && !not.includes(name))];
};

const floorRules = floors.flatMap((folders, floor) =>
  folders.map((folder) => {
    const allowed = allowedFrom(folder, floor);
    return {
      name: `house-${folder}`,
      comment: `src/${folder} may import only ${allowed.join(', ')} and the files directly in src.`,
      severity: 'error',
      from: { path: source(folder) },
      to: { path: '^src/[^/]+/', pathNot: anyOf(allowed) },
    };
  }),
);

module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'house-unknown-folder',
      comment: 'A folder of src that has no place in the order: give it one in .dependency-cruiser.cjs.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: anyOf(floors.flat()) },
    },
    {
      name: 'house-ground',
      comment: 'Files directly in src are for everybody, so they may import no folder.',
      severity: 'error',
      from: { path: '^src/[^/]+$', pathNot: '^src/index\\.ts$' },
      to: { path: '^src/[^/]+/' },
    },
    {
      name: 'no-import-of-the-whole',
      comment: 'src/index.ts is what a user imports; inside, import the file or folder that is meant.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'only-index-re-exports',
      comment: 'Only index.ts files re-export.',
      severity: 'error',
      from: { path: '^(src|laws)/', pathNot: '(^|/)index\\.ts$' },
      to: { dependencyTypes: ['export'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-stands-alone',
      comment: 'src knows nothing of laws, tests and examples.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(laws|test|examples)/' },
    },
    {
      name: 'src-dependencies',
      comment: 'What src needs at run time: rxjs, fp-ts, io-ts, and cli-progress where a terminal is.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/node/' },
      to: {
        pathNot: '^src/|^node_modules/(rxjs|fp-ts|io-ts|cli-progress|@types/cli-progress)/',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'node-dependencies',
      comment: 'What sources of Node need besides: optional packages, loaded where they are used.',
      severity: 'error',
      from: { path: '^src/node/' },
      to: {
        pathNot:
          '^src/|^node_modules/(rxjs|fp-ts|io-ts|csv-parse|hyparquet|hyparquet-compressors|apache-arrow|@nats-io)/',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'laws-dependencies',
      comment: 'laws may import only src, fast-check and rxjs.',
      severity: 'error',
      from: { path: '^laws/' },
      to: { pathNot: '^(src|laws)/|^node_modules/(fast-check|rxjs)/' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['source', 'types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts', '.json'],
    },
  },
};
