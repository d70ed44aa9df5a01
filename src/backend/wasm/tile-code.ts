/** The micro-kernel of the matrix product: a tile of the result, kept in registers over a piece of a sum. */
import { range } from '../../tensor/shape.js';
import {
  defineFunction,
  type Expr,
  type FunctionBody,
  i32 as constant,
  repeatWhile,
  set,
  when,
} from './emitter.js';
import { f32x4, i32, load, store } from './instructions.js';
import type { Steps } from './pack-code.js';
import type { Tile } from './product-shape.js';

type MultiplyAdd = (a: Expr<'v128'>, b: Expr<'v128'>, sum: Expr<'v128'>) => Expr<'v128'>;

const multiplyThenAdd: MultiplyAdd = (a, b, sum) => f32x4.add(sum, f32x4.mul(a, b));

/** Where the terms of the sums are found: in packed panels or where the factors lie. All in bytes. */
export interface Reading {
  /** From line to line of the left factor, and from term to term along them. */
  readonly line: number;
  readonly along: Steps;
  /** From term to term of the right factor, whose columns are neighbors. */
  readonly across: number;
}

/** How packed panels are read. */
export const packedReading = ({ rows, columns }: Tile): Reading => ({
  line: 4,
  along: { stride: rows * 4 },
  across: columns * 4,
});

/**
 * Parameters: how many terms, the first line of the left factor and the number of its first term, the first
 * term of the right, the first element of the tile, the bytes from row to row there, and whether to go on from
 * what stands there, or from 0.
 */
export const tileFunction = (
  { rows, columns, relaxed }: Tile,
  { line, along, across }: Reading,
): FunctionBody =>
  defineFunction(
    ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    (scope, length, left, first, right, result, pitch, goesOn) => {
      const multiplyAdd = relaxed ? f32x4.relaxedMadd : multiplyThenAdd;
      const lines = [result];
      for (let line = result; lines.length < rows; lines.push(line)) line = scope.hold(i32.add(line, pitch));
      const vectors = range(columns / 4);
      const sums = lines.map((base) =>
        vectors.map((v) => ({ sum: scope.local('v128'), at: { base, offset: v * 16 } })),
      );
      // Where the right factor ends the sums do: a count of its own would cost a tenth of the speed.
      const end = scope.hold(i32.add(right, i32.mul(length, constant(across))));
      // Along even steps the pointer itself moves; a table of places says how far each term is from it.
      const place = 'table' in along ? scope.hold(i32.shl(first, constant(2))) : left;
      if ('stride' in along) scope.run(set(left, i32.add(left, i32.mul(first, constant(along.stride)))));
      // One term at a time: in a longer body V8 runs out of registers, and loses 40 % of the speed.
      const term = scope.inner((inside) => {
        const from =
          'table' in along
            ? inside.hold(i32.add(left, load.i32({ base: place, offset: along.table })))
            : left;
        const columnsHere = vectors.map((v) => inside.hold(load.v128({ base: right, offset: v * 16 })));
        for (const [row, sumsOfRow] of sums.entries()) {
          const factor = inside.hold(load.splat32({ base: from, offset: row * line }));
          for (const [v, { sum }] of sumsOfRow.entries()) {
            const column = columnsHere[v];
            if (column !== undefined) inside.run(set(sum, multiplyAdd(factor, column, sum)));
          }
        }
        const step = 'stride' in along ? along.stride : 4;
        inside.run(set(place, i32.add(place, constant(step))), set(right, i32.add(right, constant(across))));
      });
      scope.run(repeatWhile(term, i32.ltU(right, end)));
      // A piece is added as a whole: the error grows with its length and the number of pieces, not with all terms. It is
      // stored first and added from memory: with sums as operands behind the loop, V8 spills them in it, at half the speed.
      const whole = scope.inner((inside) => {
        for (const { sum, at } of sums.flat()) {
          const before = inside.hold(load.v128(at));
          inside.run(store.v128(at, sum), store.v128(at, f32x4.add(before, load.v128(at))));
        }
      });
      const alone = scope.inner((inside) => {
        for (const { sum, at } of sums.flat()) inside.run(store.v128(at, sum));
      });
      scope.run(when(goesOn, whole), when(i32.isZero(goesOn), alone));
      return undefined;
    },
  );
