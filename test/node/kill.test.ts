/** Checkpoints of processes that are killed while they write, and of two that write at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderCheckpoints } from 'paralens/node';
import { checkpointAt, restoring } from '../online/checkpoint/kept-run.js';
import { setTimeout as wait } from 'node:timers/promises';
import { bundle } from '../bundle.js';

/** How large the tensor is: 200 kB take long enough to be hit in the middle of. */
const SIZE = 50_000;

let folder = '';
let program = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paralens-kill-'));
  program = join(folder, 'writer.mjs');
  await bundle([join(import.meta.dirname, 'writer.ts')], folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A writer: what it printed, and when it is at work and when it has ended. */
const writer = (into: string) => {
  const child = spawn(process.execPath, [program, into, `${SIZE}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const ended = once(child, 'close');
  const begun = async (): Promise<void> => {
    while (!printed.includes('saved')) await wait(1);
  };
  const saved = (): number => Number(/.*saved (\d+)\n/s.exec(printed)?.[1] ?? 0);
  return { child, ended, begun, saved, printed: () => printed };
};

/** Many processes are begun, on a machine that may have much else to do. */
const patience = { timeout: 600_000 };

test(
  'after kill -9 at 6 moments the newest checkpoint is valid and no acknowledged one is lost',
  patience,
  async () => {
    const into = join(folder, 'killed');
    let acknowledged = 0;
    for (let round = 0; round < 6; round++) {
      const { child, ended, begun, saved, printed } = writer(into);
      await begun();
      await wait(Math.random() * 30);
      child.kill('SIGKILL');
      await ended;
      expect(printed()).toContain(`from ${acknowledged}\n`);
      const { checkpoint, passedOver } = await restoring(folderCheckpoints(into), checkpointAt(0, SIZE));
      expect(passedOver).toEqual([]);
      const step = checkpoint?.step ?? 0;
      expect(step).toBeGreaterThanOrEqual(Math.max(acknowledged, saved()));
      // Saved, or saved and killed before it could say so.
      expect(step).toBeLessThanOrEqual(Math.max(acknowledged, saved()) + 1);
      // Many times as fast as `toStrictEqual` on tensors.
      if (checkpoint !== undefined)
        expect(isDeepStrictEqual(checkpoint, checkpointAt(step, SIZE))).toBe(true);
      acknowledged = step;
    }
    expect(acknowledged).toBeGreaterThanOrEqual(6);
    // Two are kept, and one more of a process killed before it removed the oldest; of leftovers one at most is new.
    expect((await readdir(into)).length).toBeLessThanOrEqual(4);
  },
);

test('of two concurrent writers one stops with a conflict, and the other continues', patience, async () => {
  for (let round = 0; round < 2; round++) {
    const into = join(folder, `two-${round}`);
    const both = [writer(into), writer(into)];
    await Promise.race(both.map(({ ended }) => ended));
    await wait(50);
    const [stopped, others] = [
      both.filter(({ child }) => child.exitCode !== null),
      both.filter(({ child }) => child.exitCode === null),
    ];
    expect(stopped).toHaveLength(1);
    expect(stopped[0]?.child.exitCode).toBe(3);
    expect(stopped[0]?.printed()).toContain('conflict');
    const before = others[0]?.saved() ?? 0;
    while (others[0]?.saved() === before) await wait(5);
    for (const { child, ended } of others) {
      child.kill('SIGKILL');
      await ended;
    }
    const { checkpoint, passedOver } = await restoring(folderCheckpoints(into), checkpointAt(0, SIZE));
    expect(passedOver).toEqual([]);
    expect(checkpoint?.step).toBeGreaterThanOrEqual(others[0]?.saved() ?? 0);
  }
});
