/** Making tensors, evaluating them, and what is refused. */
import { expect, test } from 'vitest';
import { evaluate, ParalensError, scalar, type Tensor, tensor } from 'paralens';
import { force, reference } from 'paralens/program';
import {
  add,
  broadcast,
  contract,
  divide,
  equal,
  full,
  iota,
  matmul,
  mean,
  min,
  multiply,
  reshape,
  sum,
  transpose,
} from 'paralens/operation';

test('a tensor of nested arrays has their shape, of typed arrays the given shape', () => {
  expect(
    evaluate(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ),
  ).toEqual({
    shape: [3, 2],
    dtype: 'float32',
    data: Float32Array.of(1, 2, 3, 4, 5, 6),
  });
  expect(evaluate(tensor(Float64Array.of(1, 2), [2, 1], 'float64'))).toEqual({
    shape: [2, 1],
    dtype: 'float64',
    data: Float64Array.of(1, 2),
  });
  expect(evaluate(tensor([true, false], 'bool')).data).toEqual(Uint8Array.of(1, 0));
  expect(evaluate(tensor(5)).shape).toEqual([]);
  expect(evaluate(tensor([[], []])).shape).toEqual([2, 0]);
});

test('no value of the user changes', () => {
  const source = [1, 2, 3];
  const array = Float32Array.from(source);
  const made = tensor(array, [3]);
  array[0] = 9;
  const first = evaluate(made).data;
  expect(first).toEqual(Float32Array.from(source));
  first[0] = 9;
  expect(evaluate(made).data).toEqual(Float32Array.from(source));
  const forced = force(add(made, 1));
  evaluate(forced).data[0] = 9;
  expect(evaluate(forced).data).toEqual(Float32Array.of(2, 3, 4));
  expect(Object.isFrozen(made) && Object.isFrozen(made.shape)).toBe(true);
  const shape = [2, 2];
  const filled = full(shape, 1);
  shape[0] = 3;
  expect(evaluate(filled).shape).toEqual([2, 2]);
});

test('trees evaluate to trees', () => {
  const { a, b } = evaluate({ a: scalar(1), b: [add(scalar(1), 1), tensor([3])] });
  expect([a.data[0], b[0]?.data[0], b[1]?.data[0]]).toEqual([1, 2, 3]);
});

test('integers wrap around, and integer division rounds towards 0', () => {
  const int = (...values: number[]) => tensor(values, [values.length], 'int32');
  expect(evaluate(add(int(2 ** 31 - 1), 1)).data[0]).toBe(-(2 ** 31));
  expect(evaluate(multiply(int(65_537), int(65_537))).data[0]).toBe(131_073);
  expect([...evaluate(divide(int(-7, 7, 5), int(2, 2, 0))).data]).toEqual([-3, 3, 0]);
});

test('broadcasting is along leading axes, of numbers, or named', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect([...evaluate(add(x, tensor([10, 20, 30]))).data]).toEqual([11, 22, 33, 14, 25, 36]);
  expect([...evaluate(multiply(2, x)).data]).toEqual([2, 4, 6, 8, 10, 12]);
  expect([...evaluate(add(x, broadcast(tensor([10, 20]), [2, 3], [0]))).data]).toEqual([
    11, 12, 13, 24, 25, 26,
  ]);
});

const column: Tensor = tensor([[1], [2]]);
const row: Tensor = tensor([1, 2]);

test.each<readonly [string, () => unknown, string]>([
  [
    'ragged rows',
    () => tensor([[1, 2], [3]]),
    'tensor: the nested arrays are ragged, got [1], needed [2]; all rows must have the same length',
  ],
  [
    'a fraction as a label',
    () => tensor([1, 1.5], 'int32'),
    'tensor: int32 cannot represent the number, got 1.5 at 1, needed integers in the range of int32',
  ],
  [
    'a negative count',
    () => tensor([-1], 'uint32'),
    'tensor: uint32 cannot represent the number, got -1 at 0',
  ],
  ['a number as a truth', () => tensor([2], 'bool'), 'tensor: bool cannot represent the number, got 2 at 0'],
  [
    'a number among rows',
    () => tensor([[1], 2]),
    'tensor: the nested arrays are ragged, got a number, needed [1]',
  ],
  [
    'a shape of another size',
    () => tensor([1, 2, 3], [2, 2]),
    'tensor: the shape does not match the 3 numbers, got [2, 2]',
  ],
  ['a silent outer sum', () => add(row, column), 'add: the shapes do not match, got [2] and [2, 1]'],
  [
    'other dtypes',
    () => equal(row as never, tensor([1, 2], 'int32')),
    'equal: the dtypes differ, got float32 and int32',
  ],
  [
    'a product that does not fit',
    () => matmul(column as never, column as never),
    'matmul: the sizes of the shared axis differ, got [2, 1] and [2, 1]',
  ],
  [
    'a wrong reshape',
    () => reshape(row, [3]),
    'reshape: the numbers of elements differ, got [2] to [3], needed a shape of 2 elements',
  ],
  [
    'a wrong permutation',
    () => transpose(column, [0, 0]),
    'transpose: not a permutation of the axes, got [0, 0], needed each of [0, 1] once',
  ],
  ['an axis that is not there', () => sum(row, [1]), 'sum: no axis 1, got [2], needed an axis from -1 to 0'],
  [
    'a contraction of words',
    () => contract(row, row, 'i,j'),
    'contract: not a contraction, got i,j, needed words like ik,kj->ij',
  ],
  ['a letter that stands once', () => contract(row, row, 'i,j->i'), 'contract: not a contraction: i,j→i'],
  ['an iota without an axis', () => iota([], 0), 'iota: no axis 0, got [], needed at least one axis'],
  [
    'no tensor in a tree',
    () => evaluate({ a: [scalar(1), 3] } as never),
    'a.1: tree: a leaf is not a tensor, got the number 3',
  ],
  [
    'a date in a tree',
    () => evaluate(new Date() as never),
    'tree: a leaf is not a tensor, got Date, needed arrays and records of tensors',
  ],
])('%s: one clear error', (_, make, message) => {
  expect(make).toThrow(ParalensError);
  expect(make).toThrow(message);
});

test('float64 reference keeps all digits of literals', () => {
  const third = divide(scalar(1), scalar(3));
  expect(evaluate(third, { backend: reference({ precision: 'float64' }) }).data[0]).toBe(1 / 3);
});

test('the minimum of integers covers the whole range', () => {
  expect(evaluate(min(tensor([0, 1, 5], 'uint32'))).data[0]).toBe(0);
  expect(evaluate(min(tensor([-(2 ** 31), 0], 'int32'))).data[0]).toBe(-(2 ** 31));
  expect(() => mean(tensor([1, 2], 'int32'))).toThrow(
    'mean: the dtype is wrong, got int32, needed float32 or float64',
  );
});

test('tensors without elements are tensors', () => {
  expect(evaluate(sum(full([0, 3], 1), [0])).data).toEqual(Float32Array.of(0, 0, 0));
  expect(evaluate(matmul(full([2, 0], 1), full([0, 2], 1))).data).toEqual(new Float32Array(4));
  expect(evaluate(add(full([0], 1), 1)).data).toEqual(new Float32Array(0));
});
