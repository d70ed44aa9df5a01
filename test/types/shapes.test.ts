/** Shapes that can be computed are in the type of what is computed. */
import { expect, expectTypeOf, test } from 'vitest';
import { type Loss, meanSquaredError, type Shape, type Tensor, tensor } from 'paralens';
import {
  all,
  argmax,
  argmin,
  contract,
  expandDims,
  full,
  greater,
  logSumExp,
  max,
  mean,
  norm,
  oneHot,
  power,
  product,
  reshape,
  squeeze,
  stack,
  sum,
  transpose,
  unstack,
} from 'paralens/operation';

const x = full([2, 3, 4], 1);
const rows: Tensor<readonly [number, 3]> = full([5, 3], 1);
const unknownRank: Tensor = x;
const axis: number = 0;

test('a reduction over axes keeps the others', () => {
  expectTypeOf(sum(x)).toEqualTypeOf<Tensor<readonly []>>();
  expectTypeOf(sum(x, [1])).toEqualTypeOf<Tensor<readonly [2, 4]>>();
  expectTypeOf(mean(x, [0, 2])).toEqualTypeOf<Tensor<readonly [3]>>();
  expectTypeOf(max(x, [-1, 0])).toEqualTypeOf<Tensor<readonly [3]>>();
  expectTypeOf(sum(x, [])).toEqualTypeOf<Tensor<readonly [2, 3, 4]>>();
  expectTypeOf(sum(rows, [0])).toEqualTypeOf<Tensor<readonly [3]>>();
  expectTypeOf(sum(rows, [-1])).toEqualTypeOf<Tensor<readonly [number]>>();
  expectTypeOf(argmax(x)).toEqualTypeOf<Tensor<readonly [2, 3], 'int32'>>();
  expectTypeOf(argmax(x, 1)).toEqualTypeOf<Tensor<readonly [2, 4], 'int32'>>();
  expectTypeOf(logSumExp(x, -3)).toEqualTypeOf<Tensor<readonly [3, 4]>>();
  expect([sum(x, [1]).shape, mean(x, [0, 2]).shape, max(x, [-1, 0]).shape, sum(x, []).shape]).toEqual([
    [2, 4],
    [3],
    [3],
    [2, 3, 4],
  ]);
  expect([argmax(x).shape, argmax(x, 1).shape, logSumExp(x, -3).shape]).toEqual([
    [2, 3],
    [2, 4],
    [3, 4],
  ]);
});

test('a reduction that keeps its axes has size 1 along them', () => {
  const keepDims = true;
  expectTypeOf(sum(x, [1], { keepDims })).toEqualTypeOf<Tensor<readonly [2, 1, 4]>>();
  expectTypeOf(norm(x, [0, -1], { keepDims })).toEqualTypeOf<Tensor<readonly [1, 3, 1]>>();
  expectTypeOf(mean(x, undefined, { keepDims })).toEqualTypeOf<Tensor<readonly [1, 1, 1]>>();
  expectTypeOf(product(x, [1], { keepDims: false })).toEqualTypeOf<Tensor<readonly [2, 4]>>();
  expectTypeOf(product(x, [1], { keepDims: Boolean(1) })).toEqualTypeOf<Tensor>();
  expectTypeOf(argmin(x, -1, { keepDims })).toEqualTypeOf<Tensor<readonly [2, 3, 1], 'int32'>>();
  expectTypeOf(logSumExp(x, 0, { keepDims })).toEqualTypeOf<Tensor<readonly [1, 3, 4]>>();
  expectTypeOf(all(greater(x, 0), [0])).toEqualTypeOf<Tensor<readonly [3, 4], 'bool'>>();
  expectTypeOf(sum(unknownRank, [0], { keepDims })).toEqualTypeOf<Tensor>();
  expect(sum(x, [1], { keepDims }).shape).toEqual([2, 1, 4]);
  expect(mean(x, undefined, { keepDims }).shape).toEqual([1, 1, 1]);
  expect([argmin(x, -1, { keepDims }).shape, logSumExp(x, 0, { keepDims }).shape]).toEqual([
    [2, 3, 1],
    [1, 3, 4],
  ]);
});

test('axes are added and removed, and -1 becomes number', () => {
  expectTypeOf(reshape(x, [-1, 4])).toEqualTypeOf<Tensor<readonly [number, 4]>>();
  expectTypeOf(reshape(x, [6, -1])).toEqualTypeOf<Tensor<readonly [6, number]>>();
  expectTypeOf(reshape(x, [6, 4])).toEqualTypeOf<Tensor<readonly [6, 4]>>();
  expectTypeOf(expandDims(x, 1)).toEqualTypeOf<Tensor<readonly [2, 1, 3, 4]>>();
  expectTypeOf(expandDims(x, -1)).toEqualTypeOf<Tensor<readonly [2, 3, 4, 1]>>();
  expectTypeOf(expandDims(x, -4)).toEqualTypeOf<Tensor<readonly [1, 2, 3, 4]>>();
  expectTypeOf(expandDims(x, axis)).toEqualTypeOf<Tensor>();
  expectTypeOf(squeeze(full([2, 1, 1], 1), [-1])).toEqualTypeOf<Tensor<readonly [2, 1]>>();
  expectTypeOf(stack([x, x])).toEqualTypeOf<Tensor<readonly [number, 2, 3, 4]>>();
  expectTypeOf(unstack(x, -1)).toEqualTypeOf<readonly Tensor<readonly [2, 3]>[]>();
  expectTypeOf(oneHot(full([5], 1, 'int32'), 3)).toEqualTypeOf<Tensor<readonly [5, 3]>>();
  expectTypeOf(transpose(x, [-1, 0, 1])).toEqualTypeOf<Tensor<readonly [4, 2, 3]>>();
  expectTypeOf(power(x, 2)).toEqualTypeOf<typeof x>();
  // Sizes that are type parameters stay what they are.
  const rowsOf = <N extends number>(n: N): Tensor<readonly [N, 4]> => reshape(full([n, 2, 2], 1), [n, 4]);
  expect(rowsOf(3).shape).toEqual([3, 4]);
  expect([expandDims(x, -1).shape, expandDims(x, -4).shape, stack([x, x], 1).shape]).toEqual([
    [2, 3, 4, 1],
    [1, 2, 3, 4],
    [2, 2, 3, 4],
  ]);
  expect(transpose(x, [-1, 0, 1]).shape).toEqual([4, 2, 3]);
  expect(unstack(x, -1).map(({ shape }) => shape)).toEqual(Array.from({ length: 4 }, () => [2, 3]));
});

test('if an axis or the rank is unknown, so is the shape', () => {
  expectTypeOf(sum(x, [axis])).toEqualTypeOf<Tensor>();
  expectTypeOf(sum(unknownRank, [0])).toEqualTypeOf<Tensor>();
  expectTypeOf(transpose(x, [axis, 1, 2])).toEqualTypeOf<Tensor>();
  expectTypeOf(contract(unknownRank, x, 'bik,bik->bi')).toEqualTypeOf<Tensor>();
  const words: string = 'bik,bkj->bij';
  expectTypeOf(contract(x, transpose(x, [0, 2, 1]), words)).toEqualTypeOf<Tensor>();
});

test('a transposition and a contraction have their shapes', () => {
  const turned = transpose(x, [0, 2, 1]);
  expectTypeOf(turned).toEqualTypeOf<Tensor<readonly [2, 4, 3]>>();
  const product = contract(x, turned, 'bik,bkj->bij');
  expectTypeOf(product).toEqualTypeOf<Tensor<readonly [2, 3, 3]>>();
  const kernel = full([3, 7], 1);
  expectTypeOf(contract(rows, kernel, 'ni,io->no')).toEqualTypeOf<Tensor<readonly [number, 7]>>();
  expectTypeOf(contract(kernel, kernel, 'ij,ij->')).toEqualTypeOf<Tensor<readonly []>>();
  expect([turned.shape, product.shape]).toEqual([
    [2, 4, 3],
    [2, 3, 3],
  ]);
});

test('a tuple may be written without readonly', () => {
  const row: Tensor<[3]> = tensor([1, 2, 3]);
  const again: Tensor<readonly [3]> = row;
  const loss: Loss<Tensor<[number, 1]>, Tensor<[number, 1]>> = meanSquaredError();
  // @ts-expect-error 3 is not 4
  const other: Tensor<[4]> = row;
  expect([again.shape, other.shape, typeof loss.run]).toEqual([[3], [3], 'function']);
  expectTypeOf<Tensor<[]>['shape']>().toEqualTypeOf<readonly []>();
  expectTypeOf<Tensor['shape']>().toEqualTypeOf<Shape>();
});
