// What a small trainer weighs in a browser: `npm run size` bundles one, minified, and prints its bytes and what they are.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** Kilobytes, as gzip makes them, that it should have at most. */
const TARGET = 55;

const PROGRAM = `
import { from } from 'rxjs';
import { adam, batches, dense, key, learner, relu, sequential, softmaxCrossEntropy, tensor, train } from 'paralens';
const model = sequential(dense(2, 16), relu(), dense(16, 2));
const xor = learner({ model, loss: softmaxCrossEntropy(), update: adam() });
const data = { input: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), target: tensor([[1, 0], [0, 1], [0, 1], [1, 0]]) };
from(batches(data, { size: 4, epochs: 100 })).pipe(train(xor, { key: key(1) })).subscribe(({ loss }) => console.log(loss));
`;

const { metafile, outputFiles } = await build({
  stdin: { contents: PROGRAM, resolveDir: import.meta.dirname },
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  conditions: ['source'],
  external: ['node:*'],
  logLevel: 'warning',
});
const [{ contents }] = outputFiles;
const zipped = gzipSync(contents, { level: 9 }).length;

const parts = new Map();
for (const { inputs } of Object.values(metafile.outputs))
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const [part] = /^src\/\w+(?:\/\w+(?=\/))?|node_modules\/[\w-]+/.exec(file) ?? [file];
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
for (const [part, bytes] of [...parts].toSorted(([, a], [, b]) => b - a))
  console.log(`${String(bytes).padStart(8)} ${part}`);
console.log(`${contents.length} bytes, ${zipped} bytes gzip; at most ${TARGET} kB`);
