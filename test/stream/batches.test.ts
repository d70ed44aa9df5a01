/** Batches of a data set in memory: their types, their turns, and what is refused. Laws: test/laws/streams. */
import { expect, expectTypeOf, test } from 'vitest';
import { batches, evaluate, key, type Tensor, tensor } from 'paralens';
import { leaves } from 'paralens/program';
import { multiply } from 'paralens/operation';
import { numbered } from 'paralens/laws/kit';

/** A data set whose n-th example is n everywhere. */
const counting = (count: number) => numbered({ count, width: 2 });

const numbers = (each: Tensor | Tensor<readonly number[], 'int32'>): readonly number[] => [
  ...evaluate(each).data,
];

test('key and epoch determine the order; iterating again, also concurrently, repeats it (F-4)', async () => {
  const data = batches(counting(50), { size: 10, shuffle: key(5), epochs: 2 });
  const order = (all: Iterable<{ readonly target: Tensor<readonly [number], 'int32'> }>) =>
    [...all].flatMap(({ target }) => numbers(target));
  const first = order(data);
  expect(order(data)).toEqual(first);
  expect(first.slice(0, 50)).not.toEqual(first.slice(50));
  expect(order(batches(counting(50), { size: 10, shuffle: key(6), epochs: 2 }))).not.toEqual(first);
  const [a, b] = [data[Symbol.asyncIterator](), data[Symbol.iterator]()];
  for (let i = 0; i < data.total; i++) {
    const [one, other] = [await a.next(), b.next()];
    expect(order([one.value, other.value].filter((each) => each !== undefined))).toEqual([
      ...first.slice(10 * i, 10 * i + 10),
      ...first.slice(10 * i, 10 * i + 10),
    ]);
  }
});

test('the given arrays do not change, and batches do not change with them', () => {
  const given = Float32Array.from({ length: 12 }, (_, i) => i);
  const data = batches({ x: tensor(given, [6, 2]) }, { size: 2, shuffle: key(1) });
  const before = [...data].map(({ x }) => numbers(x));
  expect([...given]).toEqual(Array.from({ length: 12 }, (_, i) => i));
  given.fill(0);
  expect([...data].map(({ x }) => numbers(x))).toEqual(before);
});

test('any tree of tensors is a data set, expressions among them; sizes of the first axis are left open', () => {
  const x = tensor([1, 2, 3, 4]);
  const [first] = batches([x, { twice: multiply(x, 2) }] as const, { size: 2 });
  expectTypeOf(first?.[0]).toEqualTypeOf<Tensor<readonly [number]> | undefined>();
  expect(leaves<Tensor>(first).map(numbers)).toEqual([
    [1, 2],
    [2, 4],
  ]);
  expectTypeOf(batches(tensor(new Float32Array(12), [4, 3]), { size: 2 })).toExtend<
    Iterable<Tensor<readonly [number, 3]>>
  >();
});

test('invalid data sets and sizes are refused', () => {
  const set = counting(4);
  const cases: readonly (readonly [() => unknown, string])[] = [
    [
      () => batches(counting(0), { size: 1 }),
      'batches: the data set is empty, got 0 examples, needed at least one example',
    ],
    [
      () => batches({}, { size: 1 }),
      'batches: the data set has no tensors, got an empty tree, needed at least one',
    ],
    [
      () => batches({ ...set, target: counting(3).target }, { size: 1 }),
      'batches: the tensors have different numbers of examples, got target [3] beside input [4, 2], needed the same size of the first axis; the first axis counts the examples',
    ],
    [() => batches({ a: tensor(1) }, { size: 1 }), 'got a [] beside a []'],
    [
      () => batches(set, { size: 5 }),
      'batches: the batch is larger than the data set, got size 5, needed at most 4',
    ],
    [() => batches(set, { size: 0 }), 'batches: `size` must be a positive integer, got 0'],
    [() => batches(set, { size: 1.5 }), '`size` must be a positive integer, got 1.5'],
    [() => batches(set, { size: 1, epochs: 0 }), 'batches: `epochs` must be a positive integer, got 0'],
    [() => batches({ a: [1, 2] }, { size: 1 }), 'a.0: tree: a leaf is not a tensor, got the number 1'],
  ];
  for (const [make, message] of cases) expect(make).toThrow(message);
});

test('the event loop runs while batches are read', async () => {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  // Without turns the timer would never fire, and this would never end.
  for await (const _ of batches(counting(4), { size: 2, epochs: Infinity })) if (ticks >= 3) break;
  clearInterval(timer);
  expect(ticks).toBe(3);
});
