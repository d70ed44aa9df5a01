/** What checkpoints in a bucket must do, on whatever bucket. */
import { either as E } from 'fp-ts';
import { describe, expect, test } from 'vitest';
import { keyValueCheckpoints, type KeyValueBucket } from 'paralens/online';
import { checkpointAt, left, restoring, right } from './kept-run.js';

/** Several pieces a checkpoint. */
const SIZE = 500;
const at = (step: number) => checkpointAt(step, SIZE);

export const keysOf = async (bucket: KeyValueBucket): Promise<readonly string[]> => {
  const keys: string[] = [];
  for await (const key of await bucket.keys('run.>')) keys.push(key);
  return keys.toSorted();
};

export const describeBucket = (title: string, makeBucket: () => Promise<KeyValueBucket>): void => {
  describe(title, () => {
    const open = (bucket: KeyValueBucket, keep = 3) =>
      keyValueCheckpoints(bucket, { name: 'run', keep, piece: 1000 });
    const found = (bucket: KeyValueBucket) => restoring(open(bucket), at(0));

    test('an empty bucket restores nothing', async () => {
      expect(await found(await makeBucket())).toEqual({ checkpoint: undefined, passedOver: [] });
    });

    test('the newest checkpoint is restored as saved, and only keys of kept checkpoints are used', async () => {
      const bucket = await makeBucket();
      const store = open(bucket, 2);
      for (let step = 1; step <= 9; step++) {
        right(await store.save(at(step)));
        expect(await found(bucket)).toStrictEqual({ checkpoint: at(step), passedOver: [] });
      }
      const pieces = (await keysOf(bucket)).length - 1;
      // Two are kept, and the place of a third is free for the next.
      expect(pieces % 3).toBe(0);
      expect(pieces / 3).toBeGreaterThan(2);
    });

    test('runs of other names are independent', async () => {
      const bucket = await makeBucket();
      const other = keyValueCheckpoints(bucket, { name: 'other' });
      right(await other.save(at(7)));
      right(await open(bucket).save(at(1)));
      expect((await restoring(keyValueCheckpoints(bucket, { name: 'other' }), at(0))).checkpoint?.step).toBe(
        7,
      );
      expect((await found(bucket)).checkpoint?.step).toBe(1);
    });

    test('a resumed run saves after its checkpoint, and removes the leftovers of earlier writers', async () => {
      const bucket = await makeBucket();
      for (let round = 0; round < 4; round++) {
        const store = open(bucket, 2);
        expect((await restoring(store, at(0))).checkpoint?.step).toBe(
          round === 0 ? undefined : 10 * round - 7,
        );
        for (let step = 0; step < 4; step++) right(await store.save(at(10 * round + step)));
      }
      expect((await found(bucket)).checkpoint).toStrictEqual(at(33));
      expect(new Set((await keysOf(bucket)).map((key) => key.split('.')[1])).size).toBe(2);
    });

    test('damaged checkpoints are skipped and reported, and the one before is used', async () => {
      const bucket = await makeBucket();
      const store = open(bucket);
      right(await store.save(at(1)));
      const first = await keysOf(bucket);
      right(await store.save(at(2)));
      const [piece = ''] = (await keysOf(bucket)).filter((key) => !first.includes(key));
      await bucket.purge(piece);
      const after = await found(bucket);
      expect(after.checkpoint).toStrictEqual(at(1));
      expect(after.passedOver).toMatchObject([{ name: 'run 2' }]);
      await bucket.put(piece, new Uint8Array(1000));
      expect((await found(bucket)).checkpoint).toStrictEqual(at(1));
      const next = open(bucket, 1);
      await restoring(next, at(0));
      right(await next.save(at(3)));
      expect(await found(bucket)).toStrictEqual({ checkpoint: at(3), passedOver: [] });
    });

    test('a checkpoint of another model is an error that names the difference', async () => {
      const bucket = await makeBucket();
      right(await open(bucket).save(at(1)));
      expect(left(await open(bucket).restore(checkpointAt(0, 5)))).toMatchObject({
        kind: 'structure',
        message: expect.stringContaining("'parameters.0.kernel' is [500] of float32, needed [5]"),
      });
    });

    test('a foreign head, and one of a later version', async () => {
      const bucket = await makeBucket();
      const write = (text: string) => bucket.put('run.head', new TextEncoder().encode(text));
      await write('{"format":"x"}');
      expect(left(await open(bucket).restore(at(0))).kind).toBe('foreign');
      await write('{"format":"paralens.checkpoints","version":2,"checkpoints":[]}');
      expect(left(await open(bucket).restore(at(0))).kind).toBe('future');
      expect(left(await open(bucket).save(at(1))).kind).toBe('conflict');
    });

    test('of two writers that resumed from the same checkpoint, the later one stops, and leaves nothing', async () => {
      const bucket = await makeBucket();
      right(await open(bucket).save(at(1)));
      const [first, second] = [open(bucket), open(bucket)];
      await Promise.all([restoring(first, at(0)), restoring(second, at(0))]);
      right(await first.save(at(2)));
      const before = await keysOf(bucket);
      const error = left(await second.save(at(3)));
      expect(error.kind).toBe('conflict');
      expect(error.message).toContain('this run has saved up to number 1');
      expect(await keysOf(bucket)).toEqual(before);
      right(await first.save(at(4)));
      expect(left(await second.save(at(5))).kind).toBe('conflict');
      expect(await found(bucket)).toStrictEqual({ checkpoint: at(4), passedOver: [] });
    });

    test('of two concurrent writers, exactly one continues', async () => {
      const bucket = await makeBucket();
      for (let round = 0; round < 10; round++) {
        const both = [open(bucket), open(bucket)];
        for (const store of both) await restoring(store, at(0));
        const results = await Promise.all(both.map((store, i) => store.save(at(10 * round + i))));
        expect(results.filter(E.isRight)).toHaveLength(1);
        expect(results.filter(E.isLeft).map((each) => each.left.kind)).toEqual(['conflict']);
        const winner = results.findIndex(E.isRight);
        expect(await found(bucket)).toStrictEqual({ checkpoint: at(10 * round + winner), passedOver: [] });
      }
    });

    test('a removed head is an error, and the next save creates it again', async () => {
      const bucket = await makeBucket();
      const store = open(bucket);
      right(await store.save(at(1)));
      for (const key of await keysOf(bucket)) await bucket.purge(key);
      expect(left(await store.save(at(2))).kind).toBe('unreadable');
      right(await store.save(at(3)));
      expect((await found(bucket)).checkpoint).toStrictEqual(at(3));
    });

    test('a store that has not called `restore` assumes a new run', async () => {
      const bucket = await makeBucket();
      right(await open(bucket).save(at(1)));
      expect(left(await open(bucket).save(at(1))).kind).toBe('conflict');
    });
  });
};
