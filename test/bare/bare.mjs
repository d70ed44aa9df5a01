/**
 * `npm run test:bare`: the tests as on a machine that has only Node and npm. PATH is a folder with nothing but
 * node, npm, npx and sh, and no library of the system can be opened: whatever wants a compiler, a broker, a
 * browser, Python or a BLAS has to skip, and to say why. What it is given goes on to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { argv, env, execPath, exit } from 'node:process';

const folder = mkdtempSync(join(tmpdir(), 'bare-'));
const places = [dirname(execPath), ...(env.PATH ?? '').split(delimiter)];
for (const name of ['node', 'npm', 'npx', 'sh']) {
  const place = places.find((each) => existsSync(join(each, name)));
  if (place !== undefined) symlinkSync(join(place, name), join(folder, name));
}

const noLibraries = new URL('no-libraries.mjs', import.meta.url).href;
const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
const { status } = spawnSync(execPath, [vitest, 'run', ...argv.slice(2)], {
  stdio: 'inherit',
  env: { ...env, PATH: folder, NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --import=${noLibraries}` },
});
rmSync(folder, { recursive: true });
exit(status ?? 1);
