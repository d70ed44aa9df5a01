/** Shapes that can be computed are in the type of what is computed. */
import { expect, expectTypeOf, test } from 'vitest';
import { type Loss, meanSquaredError, type Shape, type Tensor, tensor } from 'paralens';
import { argmax, contract, full, logSumExp, max, mean, sum, transpose } from 'paralens/operation';

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

test('where an axis or the rank is not known, neither is the shape', () => {
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
