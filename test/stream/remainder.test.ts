/** Batches of other sizes are trained on: a shorter last one of each epoch, and any mixture. */
import { from, lastValueFrom, map, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { type Backend, batches, batchesOf, key, tensor, train, wasm } from 'paralens';
import { reference } from 'paralens/program';
import { initial, plain, scanned, tiny, type TinyBatch } from './tiny.js';

const rows = (count: number) => ({
  input: tensor(Array.from({ length: count }, (_, i) => [i / 4, 1 - i / 8])),
  target: tensor(Array.from({ length: count }, (_, i) => [i % 3])),
});

const trained = async (source: Iterable<unknown> | AsyncIterable<unknown>, backend: Backend = wasm()) =>
  lastValueFrom(
    from(source as AsyncIterable<TinyBatch>).pipe(
      train(tiny, { state: initial, backend }),
      map(plain),
      toArray(),
    ),
  );

test('training with a kept remainder is the scan of the step (F-2)', async () => {
  const data = batches(rows(7) as TinyBatch, { size: 3, shuffle: key(1), epochs: 3, remainder: 'keep' });
  const all = [...data];
  expect(all.map(({ input: { shape } }) => shape[0])).toEqual([3, 3, 1, 3, 3, 1, 3, 3, 1]);
  expect(await trained(data)).toEqual(scanned(all));
  expect((await trained(data, reference())).length).toBe(9);
});

test('batches of a stream with a kept remainder', async () => {
  const examples = {
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < 5; i++) yield { input: tensor([i, 1]), target: tensor([i / 2]) };
    },
  };
  const steps = await trained(batchesOf(examples, { size: 2, remainder: 'keep' }));
  expect(steps).toHaveLength(3);
  expect(Number.isFinite(steps[2]?.loss)).toBe(true);
});

test('more batch sizes than cached programs, back and forth', async () => {
  const sizes = Array.from({ length: 12 }, (_, i) => i + 1);
  const source = [...sizes, ...sizes.toReversed(), 3, 3, 1].map((count) => rows(count) as TinyBatch);
  expect(await trained(source)).toEqual(scanned(source));
});
