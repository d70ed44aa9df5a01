/** Checkpoints in a bucket, one of memory here; `test/services` has them on NATS. */
import { expect, test } from 'vitest';
import { ParalensError } from 'paralens';
import { type KeyValueBucket, keyValueCheckpoints } from 'paralens/online';
import { describeBucket } from './key-value-battery.js';
import { checkpointAt, left, restoring, right } from './kept-run.js';

class WrongRevision extends Error {
  readonly code = 10071;
}

/** A bucket in memory, with the revisions and the marks of deleted keys that JetStream has. */
const memory = () => {
  const entries = new Map<string, { value: Uint8Array; revision: number; operation: string }>();
  let revision = 0;
  const write = (key: string, value: Uint8Array, operation = 'PUT'): number => {
    entries.set(key, { value: value.slice(), revision: ++revision, operation });
    return revision;
  };
  const isThere = (key: string): boolean => entries.get(key)?.operation === 'PUT';
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const bucket: KeyValueBucket = {
    get: async (key) => {
      await turn();
      return entries.get(key) ?? null;
    },
    put: async (key, value) => {
      await turn();
      return write(key, value);
    },
    create: async (key, value) => {
      await turn();
      if (isThere(key)) throw new WrongRevision(key);
      return write(key, value);
    },
    update: async (key, value, expected) => {
      await turn();
      if (entries.get(key)?.revision !== expected) throw new WrongRevision(key);
      return write(key, value);
    },
    purge: async (key) => {
      await turn();
      write(key, new Uint8Array(0), 'PURGE');
    },
    keys: async (filter) => {
      await turn();
      const found = [...entries.keys()].filter((key) => isThere(key) && key.startsWith(filter.slice(0, -1)));
      return (async function* each() {
        yield* found;
      })();
    },
  };
  return { bucket, entries };
};

describeBucket('a bucket of memory', () => Promise.resolve(memory().bucket));

test('the number of markers of deleted keys does not grow with the run', async () => {
  const { bucket, entries } = memory();
  const store = keyValueCheckpoints(bucket, { name: 'run', keep: 2, piece: 300 });
  for (let step = 1; step <= 5; step++) right(await store.save(checkpointAt(step)));
  const size = entries.size;
  for (let step = 6; step <= 30; step++) right(await store.save(checkpointAt(step)));
  expect(entries.size).toBe(size);
});

test.each([true, false])(
  'after a lost acknowledgement the head is read again; the change was made: %s',
  async (made) => {
    const { bucket } = memory();
    let losing = false;
    const update: KeyValueBucket['update'] = async (key, value, revision) => {
      if (!losing) return bucket.update(key, value, revision);
      losing = false;
      if (made) await bucket.update(key, value, revision);
      throw new Error('timeout');
    };
    const store = keyValueCheckpoints({ ...bucket, update }, { name: 'run', piece: 300 });
    right(await store.save(checkpointAt(1)));
    losing = true;
    expect(left(await store.save(checkpointAt(2)))).toMatchObject({ kind: 'unreadable' });
    const other = keyValueCheckpoints(bucket, { name: 'run', piece: 300 });
    expect((await restoring(other)).checkpoint).toStrictEqual(checkpointAt(made ? 2 : 1));
    expect(right(await store.save(checkpointAt(3)))).toBe(`run ${made ? 3 : 2}`);
    expect(await restoring(other)).toStrictEqual({ checkpoint: checkpointAt(3), passedOver: [] });
  },
);

test('another writer is noticed also after a lost acknowledgement', async () => {
  const { bucket } = memory();
  const failing = { ...bucket, create: () => Promise.reject(new Error('timeout')) };
  const store = keyValueCheckpoints(failing, { name: 'run' });
  expect(left(await store.save(checkpointAt(1))).kind).toBe('unreadable');
  right(await keyValueCheckpoints(bucket, { name: 'run' }).save(checkpointAt(5)));
  expect(left(await store.save(checkpointAt(2))).kind).toBe('conflict');
});

test('an error of the bucket is reported', async () => {
  const { bucket } = memory();
  const failing = {
    ...bucket,
    put: () => Promise.reject(Object.assign(new Error('no room'), { code: 10077 })),
  };
  expect(left(await keyValueCheckpoints(failing, { name: 'run' }).save(checkpointAt(1)))).toMatchObject({
    kind: 'full',
    message: 'run.head: full: Error: no room',
  });
  const gone = { ...bucket, get: () => Promise.reject(new Error('no broker')) };
  expect(left(await keyValueCheckpoints(gone, { name: 'run' }).restore(checkpointAt(0))).kind).toBe(
    'unreadable',
  );
});

test.each([{ name: 'a.b' }, { name: '' }, { name: 'a', keep: 0 }, { name: 'a', piece: 0.5 }])(
  '%o is refused',
  (options) => {
    expect(() => keyValueCheckpoints(memory().bucket, options)).toThrow(ParalensError);
  },
);

test('other keys under its name are not changed', async () => {
  const { bucket, entries } = memory();
  const others = ['run.1', 'run.0x1.a', 'run..b', 'run.1-notes.0.0', 'run.notes'];
  for (const key of others) await bucket.put(key, Uint8Array.of(1));
  const dead = `run.1-${crypto.randomUUID()}.0.0`;
  await bucket.put(dead, Uint8Array.of(1));
  right(await keyValueCheckpoints(bucket, { name: 'run', piece: 300 }).save(checkpointAt(1)));
  expect(others.map((key) => entries.get(key)?.operation)).toEqual(others.map(() => 'PUT'));
  expect(entries.get(dead)?.operation).toBe('PURGE');
});

test('a checkpoint is saved even if leftovers cannot be removed; the next save tries again', async () => {
  const { bucket, entries } = memory();
  let asked = 0;
  const keys: KeyValueBucket['keys'] = (filter) => {
    asked += 1;
    return asked > 1 ? bucket.keys(filter) : Promise.reject(new Error('timeout'));
  };
  const dead = `run.1-${crypto.randomUUID()}.0.0`;
  await bucket.put(dead, Uint8Array.of(1));
  const store = keyValueCheckpoints({ ...bucket, keys }, { name: 'run', piece: 300 });
  expect(right(await store.save(checkpointAt(1)))).toBe('run 1');
  expect(entries.get(dead)?.operation).toBe('PUT');
  expect(right(await store.save(checkpointAt(2)))).toBe('run 2');
  expect(entries.get(dead)?.operation).toBe('PURGE');
});

test.each([
  [{ pieces: 2 ** 40 }, `names a checkpoint of ${2 ** 40} pieces, needed at most ${2 ** 20}`],
  [{ pieces: -1 }, 'is not a list of checkpoints'],
  [{ sequence: 1.5 }, 'is not a list of checkpoints'],
])('a head with %j is refused', async (wrong, why) => {
  const { bucket } = memory();
  const placed = { sequence: 1, step: 1, writer: 'a', slot: 0, pieces: 1, ...wrong };
  const head = { format: 'paralens.checkpoints', version: 1, checkpoints: [placed] };
  await bucket.put('run.head', new TextEncoder().encode(JSON.stringify(head)));
  const error = left(await keyValueCheckpoints(bucket, { name: 'run' }).restore(checkpointAt(0)));
  expect(error).toMatchObject({ kind: 'foreign', message: expect.stringContaining(why) });
});
