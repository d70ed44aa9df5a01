/**
 * `npm run test:thorough`: the laws on ten times as many examples, from a fresh seed, which is printed: about half
 * an hour on two cores.
 * What it is given goes on to vitest: `npm run test:thorough -- test/laws/para.test.ts`.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { env, exit } from 'node:process';

const { PARALENS_LAWS_SEED: seed = String(randomInt(2 ** 31)), PARALENS_LAWS_TIMES: times = '10' } = env;
const given = process.argv.slice(2);
console.log(`PARALENS_LAWS_SEED=${seed} PARALENS_LAWS_TIMES=${times}`);
const { status } = spawnSync('npx', ['vitest', 'run', ...(given.length > 0 ? given : ['test/laws'])], {
  stdio: 'inherit',
  env: {
    ...env,
    PARALENS_LAWS_SEED: seed,
    PARALENS_LAWS_TIMES: times,
    PARALENS_LAWS_BACKENDS: 'all',
    PARALENS_LAWS_MATRIX: 'all',
  },
});
console.log(`PARALENS_LAWS_SEED=${seed} PARALENS_LAWS_TIMES=${times}`);
exit(status ?? 1);
