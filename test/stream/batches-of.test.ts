/** Batches of a stream of examples: pulled, and never more than one batch ahead. */
import { expect, expectTypeOf, test } from 'vitest';
import { batchesOf, evaluate, tensor, type Tensor } from 'paralens';

interface Watch {
  pulled: number;
  returned: boolean;
}

const example = (i: number) => ({ input: tensor([i, i + 1]), target: tensor(i, 'int32') });

async function* counting(count: number, watch: Watch = { pulled: 0, returned: false }) {
  try {
    for (let i = 0; i < count; i++) {
      watch.pulled += 1;
      yield example(i);
    }
  } finally {
    watch.returned = true;
  }
}

const collect = async <T>(source: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
};

test('the type has a new first axis', () => {
  expectTypeOf(batchesOf(counting(1), { size: 1 })).toExtend<
    AsyncIterable<{
      readonly input: Tensor<readonly [number, 2]>;
      readonly target: Tensor<readonly [number], 'int32'>;
    }>
  >();
});

test('nothing is read before it is requested, and stopping stops the source', async () => {
  const watch = { pulled: 0, returned: false };
  const iterator = batchesOf(counting(1000, watch), { size: 4 })[Symbol.asyncIterator]();
  expect(watch.pulled).toBe(0);
  await iterator.next();
  expect(watch.pulled).toBe(4);
  await iterator.next();
  expect(watch.pulled).toBe(8);
  await iterator.return?.();
  expect(watch).toEqual({ pulled: 8, returned: true });
});

test('earlier batches do not change when more are read', async () => {
  const all = await collect(batchesOf(counting(6), { size: 2 }));
  expect(all.map(({ target }) => [...evaluate(target).data])).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
});

test('an example that differs from the first is refused by its index, and the source is closed', async () => {
  const mixed = (other: unknown, watch: Watch = { pulled: 0, returned: false }): AsyncIterable<unknown> =>
    (async function* () {
      try {
        yield* [example(0), example(1), other];
      } finally {
        watch.returned = true;
      }
    })();
  const checkRefused = async (other: unknown, message: string, size = 2): Promise<void> => {
    await expect(collect(batchesOf(mixed(other), { size }))).rejects.toThrow(message);
  };
  await checkRefused(
    { ...example(2), input: tensor([1, 2, 3]) },
    'batchesOf: example 2 has another shape or dtype than the first, got input float32 [3], needed input float32 [2]; ' +
      'pad, crop or filter the examples before batching',
  );
  await checkRefused({ ...example(2), target: tensor(1) }, 'got target float32 [], needed target int32 []');
  await checkRefused(
    { input: tensor([1, 2]) },
    'batchesOf: example 2 has another structure than the first, got {"input":*}',
    5,
  );
  await checkRefused(3, 'tree: a leaf is not a tensor, got the number 3');
  const watch = { pulled: 0, returned: false };
  await expect(collect(batchesOf(mixed(tensor(1), watch), { size: 2 }))).rejects.toThrow('example 2');
  expect(watch.returned).toBe(true);
  expect(() => batchesOf(counting(1), { size: 0 })).toThrow(
    'batchesOf: `size` must be a positive integer, got 0',
  );
});

test('an error of the source is passed on', async () => {
  const broken = (async function* () {
    yield example(0);
    throw new Error('cut');
  })();
  await expect(collect(batchesOf(broken, { size: 1 }))).rejects.toThrow('cut');
});
