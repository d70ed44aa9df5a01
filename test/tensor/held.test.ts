/** Numbers beside tensors: an operation gives the exact value or throws, and what no dtype holds is never made. */
import { evaluate, key, ParalensError, scalar, type Tensor, tensor, wasm } from 'paralens';
import { reference } from 'paralens/program';
import * as operations from 'paralens/operation';
import { cast, full, fullLike, iota, less, min, multiply } from 'paralens/operation';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

type Integers = Tensor<readonly number[], 'int32'>;

/** What each operation means; of a quotient, cut towards 0. */
const meanings = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => (b === 0 ? 0 : Math.trunc(a / b)),
  maximum: (a: number, b: number) => Math.max(a, b),
  minimum: (a: number, b: number) => Math.min(a, b),
  equal: (a: number, b: number) => Number(a === b),
  less: (a: number, b: number) => Number(a < b),
  lessOrEqual: (a: number, b: number) => Number(a <= b),
} as const;

const byName: Pick<typeof operations, keyof typeof meanings> = operations;

const beside = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.double({ min: -50, max: 50 }),
  fc.constantFrom(1.5, -0.5, 2 ** 31, 2 ** 32, -(2 ** 31) - 1, 3e9, NaN, Infinity, -Infinity),
);

describe.each([reference(), wasm()])('on $name', (backend) => {
  test.each(Object.entries(meanings))('%s of integers and a number is exact, or throws', (name, meaning) => {
    const f = byName[name as keyof typeof meanings] as (a: Integers, b: number) => Integers;
    fc.assert(
      fc.property(
        fc.constantFrom('int32', 'uint32'),
        fc.integer({ min: 100, max: 1000 }),
        beside,
        (dtype, a, b) => {
          const x = tensor([a], dtype) as Integers;
          let result: number | undefined;
          try {
            result = evaluate(f(x, b), { backend }).data[0];
          } catch (error) {
            expect(error).toBeInstanceOf(ParalensError);
            // Refused is only what the dtype does not hold.
            expect(Number.isInteger(b) && b >= (dtype === 'int32' ? -(2 ** 31) : 0) && b < 2 ** 31).toBe(
              false,
            );
            return;
          }
          const exact = meaning(a, b);
          // What leaves the range of the dtype wraps around, which is the arithmetic of the dtype.
          expect(result).toBe(dtype === 'int32' ? exact | 0 : exact >>> 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('bools are 0 and 1, for any input bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        const stray = bytes.some((byte) => byte > 1);
        const make = () => tensor(bytes, [bytes.length], 'bool');
        if (stray) expect(make).toThrow('tensor: bool cannot represent the number');
        else expect([...evaluate(cast(make(), 'float32'), { backend }).data]).toEqual([...bytes]);
        // A cast is the way from numbers to truths.
        const truths = cast(cast(tensor(bytes, [bytes.length], 'int32'), 'bool'), 'float32');
        expect([...evaluate(truths, { backend }).data]).toEqual([...bytes].map((byte) => Number(byte !== 0)));
      }),
      { numRuns: 20 },
    );
  });

  test('the minimum of unsigned numbers', () => {
    expect(evaluate(min(tensor([7, 4_000_000_000, 3], 'uint32')), { backend }).data[0]).toBe(3);
  });
});

test('a number that a dtype cannot represent is refused at construction', () => {
  expect(() => less(tensor([1, 2], 'int32'), 1.5)).toThrow(
    'less: int32 cannot represent the number, got 1.5, needed integers in the range of int32; use a float32 tensor: cast converts',
  );
  expect(() => multiply(tensor([10], 'int32'), 0.5)).toThrow('multiply: int32 cannot represent the number');
  expect(() => scalar(3e9, 'int32')).toThrow('scalar: int32 cannot represent the number, got 3000000000');
  expect(() => scalar(-1, 'uint32')).toThrow('scalar: uint32 cannot represent the number');
  expect(() => full([2], 2, 'bool')).toThrow('full: bool cannot represent the number, got 2, needed 0 or 1');
  expect(() => full([2], NaN, 'int32')).toThrow('full: int32 cannot represent the number, got NaN');
  expect(() => fullLike(tensor([1], 'int32'), 0.5)).toThrow('fullLike: int32 cannot represent the number');
  expect(() => tensor(Float32Array.of(2.7), [1], 'int32')).toThrow(
    'tensor: int32 cannot represent the number',
  );
  expect(() => tensor(Uint32Array.of(3e9), [1], 'int32')).toThrow('got 3000000000 at 0');
});

test('an invalid shape is refused by name', () => {
  for (const shape of [[2.5], [-1], ['2'], [NaN], null, 3])
    expect(() => full(shape as readonly number[], 1)).toThrow('full: a shape must be a list of integers ≥ 0');
  expect(() => full(['2'] as readonly unknown[] as readonly number[], 1)).toThrow("got ['2']");
});

test('data of another kind are refused by name, without overflow', () => {
  const anything = tensor as (values: unknown, second?: unknown, third?: unknown) => unknown;
  expect(() => anything(['1', '2'])).toThrow("tensor: an element is not a number, got '1'");
  expect(() => anything('12')).toThrow("tensor: an element is not a number, got '12'");
  expect(() => anything([1, '2'], [2])).toThrow("got '2'");
  expect(() => anything([[1, null]])).toThrow('got null');
  expect(() => anything(undefined)).toThrow('got undefined');
  expect(() => anything([1], 'float')).toThrow(
    "tensor: `dtype` must be one of 'float32', 'float64', 'int32', 'uint32', 'bool', got 'float'",
  );
  expect(() => cast(tensor([1]), 'float' as 'float32')).toThrow("cast: `dtype` must be one of 'float32'");
  expect(() => iota([2], 0, 'float' as 'float32')).toThrow("iota: `dtype` must be one of 'float32'");
  expect(() => scalar(1, 'int' as 'int32')).toThrow('scalar: `dtype` must be one of');
  expect(() => anything(BigInt64Array.of(1n), [1])).toThrow(
    'tensor: the data are not numbers, got BigInt64Array',
  );
  let deep: unknown = 1;
  for (let i = 0; i < 20_000; i++) deep = [deep];
  expect(() => anything(deep)).toThrow('tensor: the arrays are nested too deep');
  expect(() => multiply(tensor([1]), '2' as never)).toThrow(
    "multiply: an argument is neither a tensor nor a number, got '2'",
  );
});

test('float64 data keep their digits', () => {
  const x = tensor(Float64Array.of(0.1, 0.2), 'float64');
  expect(x.shape).toEqual([2]);
  expect([...evaluate(x).data]).toEqual([0.1, 0.2]);
  expect([...evaluate(tensor([0.1], 'float64')).data]).toEqual([0.1]);
});

test('for the same elements in another shape the error says to reshape', () => {
  expect(() => multiply(tensor([1, 2]), tensor([[1], [2]]) as Tensor<never>)).toThrow(
    'the numbers of elements are equal: reshape one of them to [2]',
  );
});

test('a seed is an integer, and different seeds give different keys', () => {
  for (const seed of [0.3, 0.9, NaN, Infinity, 2 ** 53, '1' as unknown as number])
    expect(() => key(seed)).toThrow('key: `seed` must be an integer within ±(2⁵³ − 1)');
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      const [first, second] = [evaluate(key(a)).data, evaluate(key(b)).data];
      expect(first[0] === second[0] && first[1] === second[1]).toBe(a === b);
    }),
    { numRuns: 50 },
  );
});
