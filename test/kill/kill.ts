/**
 * The kill test: a trainer is killed (kill -9) again and again, at random moments and in the middle of checkpoints
 * above all, until it has come to the end of its source. What it comes to then must be, bit for bit, what a trainer
 * comes to that nobody disturbed, and no record may be lost or used twice. As often as it takes for so many kills:
 * `npm run test:kill`, or `npm run test:kill -- --kills 20 --seed 7`. On a file, and on JetStream, for which
 * nats-server must be there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { randomOf } from '../random-of.js';
import { startBroker } from '../services/nats-server.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    records: { type: 'string', default: '60000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [kills, records, seed] = [Number(values.kills), Number(values.records), Number(values.seed)];

const random = randomOf(seed);

const folder = mkdtempSync(join(tmpdir(), 'paralens-kill-'));
/** Beside the packages that it loads when it runs. */
const program = join(import.meta.dirname, `../../node_modules/.cache/paralens-kill-${process.pid}.mjs`);

/** Records that differ, and are told apart by their sums. */
const lines = Array.from({ length: records }, (_, i) => {
  const x = Array.from({ length: 8 }, (__, k) => Number(Math.sin(i * (k + 1)).toFixed(4)));
  return JSON.stringify({ id: i + 1, x, y: Number((x[0] ?? 0) + (x[1] ?? 0) > 0) });
});

/** One life of a trainer: until it ends, or is killed. */
const live = async (checkpoints: string, source: readonly string[], mayKill: boolean) => {
  const child = spawn(process.execPath, [program, checkpoints, ...source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const ended = once(child, 'close');
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  let killed = false;
  const kill = (): void => {
    killed = child.kill('SIGKILL') || killed;
  };
  if (mayKill) {
    // Half of them right when a checkpoint is begun to be written, the others at any moment, or before the first.
    const inWriting = random() < 0.5;
    const watcher = watch(checkpoints, (_, name) => {
      if (inWriting && name?.endsWith('.tmp') === true && random() < 0.2) kill();
    });
    const delay = random() < 0.1 ? 400 * random() : undefined;
    if (delay === undefined) while (isAlive() && !printed.includes('kept')) await sleep(1);
    await Promise.race([sleep(delay ?? (inWriting ? 60 : 40 * random())), ended]);
    if (isAlive()) kill();
    await ended;
    watcher.close();
  } else await ended;
  if (!killed && child.exitCode !== 0)
    throw new Error(`the trainer ended by itself with ${child.exitCode}:\n${printed}`);
  return { killed, printed, done: /^done (.*)$/m.exec(printed)?.[1] };
};

const tally = { passed: 0, failed: 0, skipped: 0 };

const runOn = async (name: string, source: readonly string[], wanted: number): Promise<void> => {
  const place = (part: string): string => {
    const path = join(folder, `${name}-${part}`);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    return path;
  };
  const undisturbed = await live(place('undisturbed'), source, false);
  const expected = undisturbed.done ?? '';
  const sums = `"count":${records},"sum":${(records * (records + 1)) / 2}`;
  if (!expected.includes(sums))
    throw new Error(`an undisturbed run used other records: ${expected}, needed ${sums}`);
  let [total, rounds, lost, inWriting] = [0, 0, 0, 0];
  while (total < wanted) {
    const checkpoints = place('killed');
    let done: string | undefined;
    for (let reached = 0; done === undefined;) {
      const life = await live(checkpoints, source, total < wanted);
      if (life.killed) total += 1;
      if (life.printed.includes('not kept')) throw new Error(life.printed);
      const from = Number(/^resumed (\d+), passed over 0$/m.exec(life.printed)?.[1] ?? reached);
      // What was said to be kept is there after the kill.
      if (from < reached) lost += 1;
      reached = Math.max(
        reached,
        from,
        ...[...life.printed.matchAll(/^kept (\d+)$/gm)].map(([, step]) => Number(step)),
      );
      if (life.printed.includes('passed over') && !life.printed.includes('passed over 0')) inWriting += 1;
      done = life.done;
    }
    rounds += 1;
    const same = done === expected && lost === 0;
    if (same) tally.passed += 1;
    else tally.failed += 1;
    console.log(
      `${name}: ${total} kills, round ${rounds}: ${same ? 'the same bits' : `${done}, needed ${expected}`}`,
    );
  }
  console.log(
    `${name}: killed ${total} times in ${rounds} rounds of ${records} records; ${inWriting} torn checkpoints, ${lost} that were kept and gone; ` +
      (tally.failed === 0 ? '0 records lost, 0 used twice, every bit the same' : 'NOT the same'),
  );
};

try {
  await build({
    entryPoints: [join(import.meta.dirname, 'trainer.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    external: ['@nats-io/*', 'koffi'],
    nodePaths: [join(import.meta.dirname, '../../node_modules')],
    outfile: program,
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  console.log(`seed ${seed}`);
  const path = join(folder, 'clicks.ndjson');
  writeFileSync(path, `${lines.join('\n')}\n`);
  await runOn('file', ['file', path], kills);
  if (spawnSync('nats-server', ['--version']).error === undefined) {
    const broker = await startBroker();
    await broker.stream('clicks', lines);
    await runOn('jetstream', ['jetstream', broker.servers], kills);
    await broker.stop();
  } else {
    tally.skipped += 1;
    console.log('jetstream: skipped, there is no nats-server: apt-get install nats-server');
  }
} finally {
  for (const path of [folder, program]) rmSync(path, { recursive: true, force: true });
}
console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
if (tally.failed > 0) process.exitCode = 1;
