/**
 * `npm run test:browser`: the built package in a browser. A page imports the bundle of `dist`, trains a network with one
 * thread and with two, and sends its result back. Needs `npm run build`, and Chrome or Chromium: the first that exists of
 * `$CHROME`, `google-chrome`, `chromium` and `chromium-browser`.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const LIMIT_MS = 60_000;

const candidates = [env.CHROME, 'google-chrome', 'chromium', 'chromium-browser'].filter(Boolean);
const chrome = candidates.find((name) => spawnSync(name, ['--version']).status === 0);
if (chrome === undefined) {
  console.error(`found no browser among ${candidates.join(', ')}; set CHROME to the path of one`);
  exit(1);
}

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('page.mjs', import.meta.url))],
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  write: false,
  logLevel: 'warning',
  // The package has no side effects, and its files import chunks whose names they do not use.
  logOverride: { 'ignored-bare-import': 'silent' },
});
const [{ text: code }] = outputFiles;

let resolve;
const result = new Promise((done) => (resolve = done));
// Shared memory, which threads need, exists only in pages that are isolated from others.
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const server = createServer((request, response) => {
  if (request.method === 'POST') {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      response.end();
      resolve(JSON.parse(body));
    });
    return;
  }
  const isCode = request.url === '/page.mjs';
  response.writeHead(200, { ...headers, 'content-type': isCode ? 'text/javascript' : 'text/html' });
  response.end(isCode ? code : '<!doctype html><script type="module" src="/page.mjs"></script>');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const profile = mkdtempSync(join(tmpdir(), 'paralens-browser-'));
const { port } = server.address();
const browser = spawn(
  chrome,
  [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    `--user-data-dir=${profile}`,
    `http://127.0.0.1:${port}/`,
  ],
  { stdio: 'ignore' },
);
const closed = once(browser, 'exit');
const timer = setTimeout(() => resolve({ error: `no result within ${LIMIT_MS} ms` }), LIMIT_MS);
try {
  const { error, agent, report, losses } = await result;
  assert.equal(error, undefined, error);
  const [one, two] = losses;
  assert.ok(one < 1e-3, `XOR is not learned: loss ${one}`);
  assert.equal(two, one, 'the loss with two threads differs from the loss with one thread');
  console.log(`${agent}\n${report}: loss ${one} with one thread and with two`);
} finally {
  clearTimeout(timer);
  browser.kill();
  await closed;
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
