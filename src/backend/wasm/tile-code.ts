/** The micro-kernel of the matrix product: a tile of the result, kept in registers over a whole sum. */
import { defineFunction, type Expr, type FunctionBody, i32 as constant, type Local, loopWhile, type Scope, set, when } from './emitter.js';
import { type Address, f32x4, i32, load, store } from './instructions.js';
import { TILE_COLUMNS, TILE_ROWS } from './product-shape.js';

const VECTORS = TILE_COLUMNS / 4;
const UNROLL = 4;

type MultiplyAdd = (a: Expr<'v128'>, b: Expr<'v128'>, sum: Expr<'v128'>) => Expr<'v128'>;

const multiplyThenAdd: MultiplyAdd = (a, b, sum) => f32x4.add(sum, f32x4.mul(a, b));

const each = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Terms k to k + count of every sum in the tile, in this order. */
const terms = (
  scope: Scope,
  left: Local<'i32'>,
  right: Local<'i32'>,
  sums: readonly (readonly Local<'v128'>[])[],
  count: number,
  multiplyAdd: MultiplyAdd,
): void => {
  for (const k of each(count)) {
    const columns = each(VECTORS).map((v) =>
      scope.hold(load.v128({ base: right, offset: (k * VECTORS + v) * 16 })),
    );
    for (const [row, line] of sums.entries()) {
      const factor = scope.hold(load.splat32({ base: left, offset: (k * TILE_ROWS + row) * 4 }));
      for (const [v, sum] of line.entries()) {
        const column = columns[v];
        if (column !== undefined) scope.run(set(sum, multiplyAdd(factor, column, sum)));
      }
    }
  }
  scope.run(
    set(left, i32.add(left, constant(count * TILE_ROWS * 4))),
    set(right, i32.add(right, constant(count * TILE_COLUMNS * 4))),
  );
};

/**
 * Parameters: the length of the sums (≥ 1), the packed left and right panels, the first element of the tile,
 * and the bytes from row to row there. Goes on from what stands there, or from 0.
 */
export const tileFunction = (goesOn: boolean, relaxed: boolean): FunctionBody =>
  defineFunction(['i32', 'i32', 'i32', 'i32', 'i32'], (scope, length, left, right, result, pitch) => {
    const multiplyAdd = relaxed ? f32x4.relaxedMadd : multiplyThenAdd;
    const lines = [result];
    for (const row of each(TILE_ROWS - 1)) lines.push(scope.hold(i32.add(lines[row] ?? result, pitch)));
    const address = (row: number, v: number): Address => ({ base: lines[row] ?? result, offset: v * 16 });
    const sums = each(TILE_ROWS).map((row) =>
      each(VECTORS).map((v) => (goesOn ? scope.hold(load.v128(address(row, v))) : scope.local('v128'))),
    );
    const step = (count: number) =>
      scope.inner((inside) => {
        terms(inside, left, right, sums, count, multiplyAdd);
        inside.run(set(length, i32.sub(length, constant(count))));
      });
    const manyLeft = i32.leS(constant(UNROLL), length);
    scope.run(
      when(manyLeft, scope.inner((inside) => inside.run(loopWhile(step(UNROLL), manyLeft)))),
      when(length, scope.inner((inside) => inside.run(loopWhile(step(1), length)))),
    );
    for (const [row, line] of sums.entries())
      for (const [v, sum] of line.entries()) scope.run(store.v128(address(row, v), sum));
    return undefined;
  });
