/**
 * The kill test: a trainer is killed (kill -9) again and again, at random moments and in the middle of checkpoints
 * above all, until it has come to the end of its source. Meanwhile its file is rotated, compressed and copied, and some
 * records are spoilt, so that it rolls back (`--roll-back false` leaves these out). What it comes to then must be, bit for
 * bit, what a trainer comes to that nobody disturbed, and no record may be lost or used twice. As often as it takes for so many kills:
 * `npm run test:kill`, or `npm run test:kill -- --kills 20 --seed 7`. On a file, and on JetStream, for which
 * nats-server must be there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { compress, copy, rotate } from '../node/rotating.js';
import { randomOf } from '../random-of.js';
import { startBroker } from '../services/nats-server.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    records: { type: 'string', default: '60000' },
    'roll-back': { type: 'string', default: 'true' },
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
  const isSpoilt = values['roll-back'] === 'true' && i % 1009 === 1008;
  return JSON.stringify({ id: i + 1, x, y: isSpoilt ? 1e39 : Number((x[0] ?? 0) + (x[1] ?? 0) > 0) });
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
    if (delay === undefined) while (isAlive() && !printed.includes('saved')) await sleep(1);
    await Promise.race([sleep(delay ?? (inWriting ? 60 : 40 * random())), ended]);
    if (isAlive()) kill();
    await ended;
    watcher.close();
  } else await ended;
  if (!killed && child.exitCode !== 0)
    throw new Error(`the trainer ended by itself with ${child.exitCode}:\n${printed}`);
  return { killed, printed, done: /^done (.*)$/m.exec(printed)?.[1] };
};

/** What happens to a source between two lives of its trainer, and whether all of it is there by now. */
interface Disturbed {
  readonly source: readonly string[];
  readonly disturb: () => void;
  readonly isWhole: () => boolean;
}

/** Records a part of a file: whole batches, so that no step is taken with fewer where a part ends. */
const PART = 16 * 125;

/** A file that is begun with its first part; each rotation begins the next, also in the middle of a life. */
const rotatedFile = (path: string): Disturbed => {
  let written = 0;
  const writePart = (): void => {
    writeFileSync(path, `${lines.slice(written, written + PART).join('\n')}\n`);
    written += PART;
  };
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(basename(path))) rmSync(join(dirname(path), name));
  writePart();
  return {
    source: ['file', path],
    isWhole: () => written >= lines.length,
    disturb: () => {
      if (written < lines.length)
        for (let times = 1 + Math.floor(2 * random()); times > 0; times--) {
          rotate(path);
          writePart();
        }
      if (random() < 0.3) copy(path);
      if (random() < 0.3) copy(`${path}.1`);
      if (random() < 0.3) compress(`${path}.2`);
    },
  };
};

const tally = { passed: 0, failed: 0, skipped: 0 };

const runOn = async (
  name: string,
  source: readonly string[],
  wanted: number,
  disturbed: () => Disturbed = () => ({ source, disturb: () => undefined, isWhole: () => true }),
): Promise<void> => {
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
    const { source: from, disturb, isWhole } = disturbed();
    let done: string | undefined;
    for (let reached = 0; done === undefined;) {
      // Some disturbances come while it runs, some while it is down.
      // Not before anything is kept: a reader without a position begins with what has the name.
      const soon = setTimeout(() => {
        if (reached > 0) disturb();
      }, 200 * random());
      const life = await live(checkpoints, from, total < wanted);
      clearTimeout(soon);
      const wasWhole = isWhole();
      if (life.printed.includes('saved')) disturb();
      if (life.killed) total += 1;
      if (life.printed.includes('save failed')) throw new Error(life.printed);
      const resumed = Number(/^resumed (\d+), passed over 0$/m.exec(life.printed)?.[1] ?? reached);
      // What was said to be kept is there after the kill.
      if (resumed < reached) lost += 1;
      reached = Math.max(
        reached,
        resumed,
        ...[...life.printed.matchAll(/^kept (\d+)$/gm)].map(([, step]) => Number(step)),
      );
      if (life.printed.includes('passed over') && !life.printed.includes('passed over 0')) inWriting += 1;
      // An end that came before the last part was there is none.
      if (wasWhole) done = life.done;
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
  const rotated = join(folder, 'rotated.ndjson');
  await runOn('file', ['file', path], kills, () => rotatedFile(rotated));
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
