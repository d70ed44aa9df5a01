/** Checkpoints in a folder: kept, found again, and every way in which a folder can fail. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { either as E } from 'fp-ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ParalensError } from 'paralens';
import { type Value } from 'paralens/program';
import { folderCheckpoints } from 'paralens/node';
import { encodeCheckpoint } from '../../src/online/checkpoint/encoding.js';
import { checkpointAt, left, restoring, right } from '../online/checkpoint/kept-run.js';

let root = '';
let folder = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paralens-checkpoints-'));
  folder = join(root, 'run');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const names = async (): Promise<readonly string[]> => (await readdir(folder)).toSorted();
const nameOf = (sequence: number): string => `checkpoint-00000000${sequence}.safetensors`;

/** A folder with this many checkpoints, at the steps 1, 2, … */
const saved = async (count: number, keep = 3) => {
  const store = folderCheckpoints(folder, { keep });
  for (let step = 1; step <= count; step++) right(await store.save(checkpointAt(step)));
  return store;
};

/** What a process that starts now finds. */
const found = () => restoring(folderCheckpoints(folder));

test('an empty folder restores nothing', async () => {
  expect(await found()).toEqual({ checkpoint: undefined, passedOver: [] });
});

test('the newest checkpoint is restored as saved, and `keep` are kept', async () => {
  await saved(5);
  expect(await found()).toStrictEqual({ checkpoint: checkpointAt(5), passedOver: [] });
  expect(await names()).toEqual([nameOf(3), nameOf(4), nameOf(5)]);
});

test('a resumed run saves after its checkpoint', async () => {
  await saved(2);
  const next = folderCheckpoints(folder);
  await restoring(next);
  expect(right(await next.save(checkpointAt(3)))).toBe(join(folder, nameOf(3)));
  expect(await names()).toEqual([nameOf(1), nameOf(2), nameOf(3)]);
});

test('concurrent saves run one after the other', async () => {
  const store = folderCheckpoints(folder);
  const results = await Promise.all([1, 2, 3, 4].map((step) => store.save(checkpointAt(step))));
  expect(results.every(E.isRight)).toBe(true);
  expect((await found()).checkpoint?.step).toBe(4);
});

describe('a folder that changes during a save is an error, and the next save works', () => {
  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['deleted', () => rm(folder, { recursive: true, force: true })],
    [
      'emptied',
      async () => Promise.all((await names()).map((name) => rm(join(folder, name), { force: true }))),
    ],
    ['moved', () => rename(folder, join(root, `moved-${Date.now()}-${Math.random()}`))],
  ];
  test.each(changes)('%s', async (_, change) => {
    for (let delay = 0; delay < 8; delay++) {
      const store = await saved(1);
      const saving = store.save(checkpointAt(2, 50_000));
      for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve));
      await change().catch(() => undefined);
      const result = await saving;
      if (E.isLeft(result)) expect(result.left.kind).toBe('unreadable');
      right(await store.save(checkpointAt(3)));
      expect((await found()).checkpoint?.step).toBe(3);
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** From one number on, up to another, so many apart. */
const range = (from: number, to: number, by: number): readonly number[] =>
  Array.from({ length: Math.ceil((to - from) / by) }, (_, i) => from + i * by);

describe('damaged checkpoints are skipped and reported, and the one before is used', () => {
  test('truncated after any number of bytes', async () => {
    await saved(2);
    const path = join(folder, nameOf(2));
    const bytes = await readFile(path);
    // In memory each length is, and each bit: test/online/checkpoint-bytes.
    for (const length of [...range(0, bytes.length, 13), bytes.length - 1]) {
      await writeFile(path, bytes.subarray(0, length));
      const { checkpoint, passedOver } = await found();
      expect(checkpoint).toStrictEqual(checkpointAt(1));
      expect(passedOver).toHaveLength(1);
      expect(passedOver[0]).toMatchObject({ kind: 'torn', name: path });
    }
  });

  test('with single changed bytes', async () => {
    await saved(2);
    const path = join(folder, nameOf(2));
    const bytes = await readFile(path);
    for (const at of range(0, bytes.length, 11)) {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(Math.random() * 255));
      await writeFile(path, changed);
      const { checkpoint, passedOver } = await found();
      expect(checkpoint).toStrictEqual(checkpointAt(1));
      expect(passedOver).toHaveLength(1);
    }
  });

  test('a foreign file, a file with another number, and a folder', async () => {
    await saved(1);
    await writeFile(join(folder, nameOf(2)), 'x'.repeat(500));
    await rename(join(folder, nameOf(1)), join(folder, nameOf(3)));
    await mkdir(join(folder, nameOf(4)));
    await writeFile(join(folder, nameOf(1)), right(await encodeCheckpoint('it', checkpointAt(1), 1)));
    const { checkpoint, passedOver } = await found();
    expect(checkpoint?.step).toBe(1);
    expect(passedOver.map(({ kind }) => kind)).toEqual(['unreadable', 'foreign', 'foreign']);
    expect(passedOver[1]?.message).toContain('saved as number 1: the file was renamed');
  });

  test('if all are damaged, all are skipped', async () => {
    await saved(2);
    for (const sequence of [1, 2]) await writeFile(join(folder, nameOf(sequence)), '');
    expect(await found()).toMatchObject({
      checkpoint: undefined,
      passedOver: [{ kind: 'torn' }, { kind: 'torn' }],
    });
  });

  test('and damaged ones do not count as kept', async () => {
    await saved(3);
    await writeFile(join(folder, nameOf(3)), '');
    const store = folderCheckpoints(folder, { keep: 2 });
    expect((await restoring(store)).checkpoint?.step).toBe(2);
    right(await store.save(checkpointAt(3)));
    expect(await names()).toEqual([nameOf(2), nameOf(3), nameOf(4)]);
    right(await store.save(checkpointAt(4)));
    expect(await names()).toEqual([nameOf(4), nameOf(5)]);
  });
});

test('a checkpoint of another model is an error that names the difference', async () => {
  await saved(1);
  const wanted = checkpointAt(0, 5);
  const error = left(await folderCheckpoints(folder).restore(wanted));
  expect(error.kind).toBe('structure');
  expect(error.message).toContain("'parameters.0.kernel' is [4] of float32, needed [5] of float32");
});

test('also one with equal tensors and another structure', async () => {
  await saved(1);
  const error = left(await folderCheckpoints(folder).restore({ ...checkpointAt(0), structure: 'another' }));
  expect(error.kind).toBe('structure');
  expect(error.message).toContain('what else must be equal');
});

test('other files are not changed', async () => {
  await mkdir(folder);
  const others = ['notes.txt', 'checkpoint-1.safetensors', 'checkpoint-000000001.safetensors.bak'];
  for (const name of others) await writeFile(join(folder, name), 'mine');
  await saved(5);
  expect(await names()).toEqual(expect.arrayContaining(others));
});

test('a file that another writer removed as a leftover is written again', async () => {
  const store = await saved(1);
  let removed = 0;
  for (let step = 2; step < 30; step++) {
    const saving = store.save(checkpointAt(step));
    const unlinked = new Set<string>();
    for (let look = 0; look < 20 && unlinked.size === 0; look++)
      for (const name of await names())
        if (name.endsWith('.tmp')) {
          await rm(join(folder, name), { force: true });
          unlinked.add(name);
        }
    right(await saving);
    removed += unlinked.size;
  }
  expect(removed).toBeGreaterThan(0);
  expect((await found()).checkpoint?.step).toBe(29);
});

test('leftovers of a killed process are removed, and block nobody', async () => {
  await saved(2);
  const leftovers = [2, 3].map((n) => `${nameOf(n)}.0f0e-11.tmp`);
  for (const name of leftovers) await writeFile(join(folder, name), 'half');
  const store = folderCheckpoints(folder);
  expect((await restoring(store)).checkpoint?.step).toBe(2);
  expect(await names()).toEqual(expect.arrayContaining(leftovers));
  right(await store.save(checkpointAt(3)));
  expect(await names()).toEqual([nameOf(1), nameOf(2), nameOf(3)]);
});

describe('of two writers one stops', () => {
  test('the later one, if both resumed from the same checkpoint', async () => {
    await saved(1);
    const [first, second] = [folderCheckpoints(folder), folderCheckpoints(folder)];
    await Promise.all([restoring(first), restoring(second)]);
    right(await first.save(checkpointAt(2)));
    const error = left(await second.save(checkpointAt(3)));
    expect(error.kind).toBe('conflict');
    expect(error.message).toContain('this run has saved up to number 1');
    right(await first.save(checkpointAt(4)));
    expect(left(await second.save(checkpointAt(5))).kind).toBe('conflict');
    expect((await found()).checkpoint?.step).toBe(4);
  });

  test('any of them, if they save at the same time', async () => {
    await saved(1);
    for (let round = 0; round < 20; round++) {
      const both = [folderCheckpoints(folder), folderCheckpoints(folder)];
      for (const store of both) await restoring(store);
      const results = await Promise.all(both.map((store, i) => store.save(checkpointAt(10 * round + i))));
      const winner = results.findIndex(E.isRight);
      expect(results.filter(E.isRight)).toHaveLength(1);
      expect(results.filter(E.isLeft).map((each) => each.left.kind)).toEqual(['conflict']);
      expect((await found()).checkpoint?.step).toBe(10 * round + winner);
      expect((await names()).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    }
  });

  test('a store that has not called `restore` assumes an empty folder', async () => {
    await saved(1);
    const error = left(await folderCheckpoints(folder).save(checkpointAt(1)));
    expect(error.kind).toBe('conflict');
    expect(error.message).toContain('assumed an empty folder');
  });

  test('a writer so late that its number is free again', async () => {
    await saved(1);
    const [late, ahead] = [folderCheckpoints(folder), folderCheckpoints(folder, { keep: 1 })];
    await Promise.all([restoring(late), restoring(ahead)]);
    for (let step = 2; step < 9; step++) right(await ahead.save(checkpointAt(step)));
    expect(left(await late.save(checkpointAt(2))).kind).toBe('conflict');
    expect(await names()).toEqual([nameOf(8)]);
  });
});

/** Runs `body` with the folder on a file system of its own; `unmounted` says why not where that is not allowed. */
const unmounted = ((): string | undefined => {
  const point = join(tmpdir(), `paralens-mount-${process.pid}`);
  try {
    mkdirSync(point, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', point], { stdio: 'pipe' });
    execFileSync('umount', [point]);
    return undefined;
  } catch (error) {
    return `this process may not mount: ${error instanceof Error ? error.message.replaceAll('\n', ' ') : ''}`;
  } finally {
    rmSync(point, { recursive: true, force: true });
  }
})();

const mounted = async (options: string, body: () => Promise<void>): Promise<void> => {
  await mkdir(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  try {
    await body();
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
};

describe('an error of the folder is reported, and earlier checkpoints stay', () => {
  const large = (step: number) => {
    const value: Value = { dtype: 'float32', shape: [25_000], data: new Float32Array(25_000).fill(step) };
    return { ...checkpointAt(step), tensors: { ...checkpointAt(step).tensors, large: value } };
  };

  test.skipIf(unmounted)(`a disk that is full${unmounted ? ` (skipped: ${unmounted})` : ''}`, () =>
    mounted('size=256k', async () => {
      const store = folderCheckpoints(folder);
      right(await store.save(large(1)));
      right(await store.save(large(2)));
      for (const step of [3, 4]) {
        const error = left(await store.save(large(step)));
        expect(error.kind).toBe('full');
        expect(error.message).toMatch(/full: it cannot be saved: ENOSPC/);
      }
      expect(await names()).toEqual([nameOf(1), nameOf(2)]);
      expect((await restoring(folderCheckpoints(folder), large(0))).checkpoint).toStrictEqual(large(2));
      // With room again the same run goes on.
      await rm(join(folder, nameOf(1)));
      right(await store.save(large(5)));
      expect((await restoring(folderCheckpoints(folder), large(0))).checkpoint?.step).toBe(5);
    }),
  );

  test.skipIf(unmounted)(`a folder that only can be read${unmounted ? ` (skipped: ${unmounted})` : ''}`, () =>
    mounted('size=1m', async () => {
      const store = folderCheckpoints(folder);
      right(await store.save(checkpointAt(1)));
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      const error = left(await store.save(checkpointAt(2)));
      expect(error.kind).toBe('unreadable');
      expect(error.message).toContain('EROFS');
      expect((await found()).checkpoint?.step).toBe(1);
    }),
  );

  test('a file instead of the folder', async () => {
    await writeFile(folder, '');
    expect(left(await folderCheckpoints(folder).save(checkpointAt(1)))).toMatchObject({ kind: 'unreadable' });
    const error = left(await folderCheckpoints(folder).restore(checkpointAt(0)));
    expect(error).toMatchObject({ kind: 'unreadable', name: folder });
    expect(error.message).toContain('ENOTDIR');
  });

  test('a folder that is removed during a run is created again', async () => {
    const store = await saved(2);
    await rm(folder, { recursive: true });
    right(await store.save(checkpointAt(3)));
    expect((await found()).checkpoint?.step).toBe(3);
  });
});

test('a state that is not plain data throws, and nothing is written', async () => {
  const store = folderCheckpoints(folder);
  const wrong = { ...checkpointAt(1), data: new Map() as never };
  await expect(store.save(wrong)).rejects.toThrow(ParalensError);
  expect(await found()).toEqual({ checkpoint: undefined, passedOver: [] });
});

test.each([0, -1, 1.5, Number.NaN])('to keep %s is refused', (keep) => {
  expect(() => folderCheckpoints(folder, { keep })).toThrow(ParalensError);
});
