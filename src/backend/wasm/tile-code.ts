/** The micro-kernel of the matrix product: a tile of the result, kept in registers over a whole sum. */
import { range } from '../../tensor/shape.js';
import {
  defineFunction,
  type Expr,
  type FunctionBody,
  i32 as constant,
  type Local,
  loopWhile,
  type Scope,
  set,
} from './emitter.js';
import { type Address, f32x4, i32, load, store } from './instructions.js';
import type { Tile } from './product-shape.js';

type MultiplyAdd = (a: Expr<'v128'>, b: Expr<'v128'>, sum: Expr<'v128'>) => Expr<'v128'>;

const multiplyThenAdd: MultiplyAdd = (a, b, sum) => f32x4.add(sum, f32x4.mul(a, b));

/** The next term of every sum in the tile. */
const term = (
  scope: Scope,
  left: Local<'i32'>,
  right: Local<'i32'>,
  sums: readonly (readonly Local<'v128'>[])[],
  { rows, columns: width, relaxed }: Tile,
): void => {
  const multiplyAdd = relaxed ? f32x4.relaxedMadd : multiplyThenAdd;
  const columns = range(width / 4).map((v) => scope.hold(load.v128({ base: right, offset: v * 16 })));
  for (const [row, line] of sums.entries()) {
    const factor = scope.hold(load.splat32({ base: left, offset: row * 4 }));
    for (const [v, sum] of line.entries()) {
      const column = columns[v];
      if (column !== undefined) scope.run(set(sum, multiplyAdd(factor, column, sum)));
    }
  }
  scope.run(set(left, i32.add(left, constant(rows * 4))), set(right, i32.add(right, constant(width * 4))));
};

/**
 * Parameters: the length of the sums (≥ 1), the packed left and right panels, the first element of the tile,
 * and the bytes from row to row there. Goes on from what stands there, or from 0.
 */
export const tileFunction = (tile: Tile, goesOn: boolean): FunctionBody =>
  defineFunction(['i32', 'i32', 'i32', 'i32', 'i32'], (scope, length, left, right, result, pitch) => {
    const lines = [result];
    for (const row of range(tile.rows - 1)) lines.push(scope.hold(i32.add(lines[row] ?? result, pitch)));
    const address = (row: number, v: number): Address => ({ base: lines[row] ?? result, offset: v * 16 });
    const sums = range(tile.rows).map((row) =>
      range(tile.columns / 4).map((v) =>
        goesOn ? scope.hold(load.v128(address(row, v))) : scope.local('v128'),
      ),
    );
    // One term at a time: in a longer body V8 runs out of registers, and loses 40 % of the speed.
    const step = scope.inner((inside) => {
      term(inside, left, right, sums, tile);
      inside.run(set(length, i32.sub(length, constant(1))));
    });
    scope.run(loopWhile(step, length));
    for (const [row, line] of sums.entries())
      for (const [v, sum] of line.entries()) scope.run(store.v128(address(row, v), sum));
    return undefined;
  });
