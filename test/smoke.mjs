// What `npm publish` would ship, as a user gets it: the package is packed and unpacked into a fresh project that has
// its dependencies, under plain node, with no `source` condition, no bundler and no TypeScript. There
// - each entry point is imported, and something trained: it catches what those forgive, such as `fp-ts/function`;
// - the programs of README.md compile against the types that are shipped, and print what stands beneath them;
// - the links of every Markdown file lead to files that are shipped;
// - `paralens/laws` without fast-check says what to install.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PROJECT = mkdtempSync(join(tmpdir(), 'paralens-smoke-'));
const PACKAGE = join(PROJECT, 'node_modules/paralens');

/** Makes a package of ours one of the project's. */
const install = (name) => {
  const path = join(PROJECT, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), path, 'dir');
};

const run = (...args) => spawnSync(process.execPath, args, { cwd: PROJECT, encoding: 'utf8' });

const write = (file, text) => {
  writeFileSync(join(PROJECT, file), text);
};

const IMPORTS = `
import assert from 'node:assert/strict';
import { from, lastValueFrom } from 'rxjs';

for (const name of ['paralens', 'paralens/operation', 'paralens/lens', 'paralens/update', 'paralens/program', 'paralens/format', 'paralens/online', 'paralens/node', 'paralens/laws', 'paralens/laws/kit']) {
  const url = import.meta.resolve(name);
  assert.match(url, /\\/dist\\/.*index\\.js$/, \`\${name} resolves to \${url}: not to the built package\`);
  const exported = Object.keys(await import(name));
  assert.ok(exported.length > 0, \`\${name} exports nothing\`);
  console.log(\`\${name}: \${exported.length} exports: \${exported.join(', ')}\`);
}

const { batches, dense, key, learner, meanSquaredError, sgd, tensor, train } = await import('paralens');
const data = { input: tensor([[1], [2], [3]]), target: tensor([[2], [4], [6]]) };
const line = learner({ model: dense(1, 1), loss: meanSquaredError(), update: sgd({ learningRate: 0.05 }) });
const steps = from(batches(data, { size: 3, epochs: 500 })).pipe(train(line, { key: key(1) }));
const { loss, step } = await lastValueFrom(steps);
assert.ok(loss < 1e-3, \`a line through three points is not learned: loss \${loss}\`);
console.log(\`trained: loss \${loss} after \${step} steps\`);
`;

/** The links of a Markdown file to files beside it, outside of code; `R[f](x)` is none. */
const linksOf = (text) =>
  [...text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '').matchAll(/\]\(([\w#./:-]{3,})\)/g)]
    .map(([, link]) => link.replace(/#.*$/, ''))
    .filter((link) => link !== '' && !/^[a-z]+:/.test(link));

try {
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', PROJECT], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [{ filename }] = JSON.parse(packed);
  mkdirSync(PACKAGE, { recursive: true });
  execFileSync('tar', ['-xzf', join(PROJECT, filename), '-C', PACKAGE, '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) install(name);
  write('package.json', JSON.stringify({ name: 'fresh', private: true, type: 'module' }));

  const alone = run('--input-type=module', '--eval', "await import('paralens/laws')");
  assert.match(
    alone.stderr,
    /paralens\/laws: the package fast-check is not installed; run npm install fast-check/,
  );
  install('fast-check');

  write('imports.mjs', IMPORTS);
  const imports = run('imports.mjs');
  console.log(imports.stdout);
  assert.equal(imports.status, 0, imports.stderr);

  for (const file of readdirSync(PACKAGE, { recursive: true }).filter((name) => name.endsWith('.md')))
    for (const link of linksOf(readFileSync(join(PACKAGE, file), 'utf8')))
      assert.ok(
        existsSync(join(PACKAGE, dirname(file), link)),
        `${file} links to ${link}, which is not shipped`,
      );

  install('@types/node');
  const readme = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
  const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```\s*\n```\n([\s\S]*?)```/g)];
  assert.ok(programs.length > 0, 'README.md has no programs');
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    strict: true,
    noEmit: true,
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['program-*.ts'] }));
  for (const [i, [, code]] of programs.entries()) write(`program-${i}.ts`, code);
  const tsc = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', PROJECT, '--pretty', 'false'], {
    encoding: 'utf8',
  });
  assert.equal(tsc.status, 0, tsc.stdout + tsc.stderr);
  for (const [i, [, code, output]] of programs.entries()) {
    write(`program-${i}.mjs`, transformSync(code, { loader: 'ts' }).code);
    const { stdout, stderr } = run(`program-${i}.mjs`);
    assert.equal((stdout + stderr).trim(), output.trim(), `program ${i} of README.md`);
  }
  console.log(
    `${programs.length} programs of README.md compile and print what they should; all links lead somewhere`,
  );
} finally {
  rmSync(PROJECT, { recursive: true });
}
