/**
 * The functions of a matrix product: packing the right factor, then block after block of the rows. Their
 * range is in panels of rows; a sum over k is one chain of a tile's, wherever the blocks begin.
 */
import type { Factor, ProductKernel, Walk } from '../../program/kernel.js';
import {
  call,
  type Callable,
  choose,
  defineFunction,
  type Expr,
  i32 as constant,
  type Local,
  repeatWhile,
  type Scope,
  set,
  type Statement,
  when,
} from './emitter.js';
import { i32 } from './instructions.js';
import { loopFunction } from './loop-code.js';
import type { Layout, RangeFunction } from './range-function.js';
import type { ModuleBuilder } from './module.js';
import { packFunction, type Packing, stepsOf, type Steps, stepTo } from './pack-code.js';
import { blockingOf, lastRows, type Tile } from './product-shape.js';
import { tileFunction } from './tile-code.js';

export interface ProductSetting {
  readonly layout: Layout;
  readonly module: ModuleBuilder;
  /** Puts a table of the places of a walk, in bytes, into memory. */
  readonly tableOf: (walk: Walk) => number;
  /** Where its scratch is, and how many workers share the work. */
  readonly scratch: number;
  readonly workers: number;
  readonly tile: Tile;
}

const least = (a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> => choose(i32.ltU(a, b), a, b);

/** Calls `body` for 0, 1, … below a number. */
const count = (
  scope: Scope,
  below: Expr<'i32'>,
  body: (inside: Scope, index: Local<'i32'>) => void,
): void => {
  const index = scope.hold(constant(0));
  const limit = scope.hold(below);
  const inside = scope.inner((loop) => {
    body(loop, index);
    loop.run(set(index, i32.add(index, constant(1))));
  });
  scope.run(repeatWhile(inside, i32.ltU(index, limit)));
};

export interface ProductFunctions {
  /** Packs the right factor, where all share one; all of it is done before the next begins. */
  readonly packing: RangeFunction | undefined;
  /** Multiplies, with the epilogue. */
  readonly multiplying: RangeFunction;
}

/** The functions of a product. */
export const productFunctions = (product: ProductKernel, setting: ProductSetting): ProductFunctions => {
  const { batch, rows, columns, inner, left, right, epilogue } = product;
  const { layout, module, tableOf, scratch, workers, tile } = setting;
  const blocking = blockingOf(product, tile);
  const { panels, rowPanels, blockPanels, sharedRight } = blocking;
  const [fullPanels, last] = [Math.floor(rows / tile.rows), lastRows(rows, tile)];
  const ownScratch = scratch + (sharedRight ? blocking.rightBytes : 0);
  const tilePitch = panels * tile.columns * 4;

  const packer = (factor: Factor, panels: Pick<Packing, 'width' | 'lastWidth' | 'lines'>): Callable =>
    module.add(
      packFunction({
        ...panels,
        inner,
        line: stepsOf(factor.line, tableOf),
        along: stepsOf(factor.inner, tableOf),
      }),
    );
  const packLeft = packer(left, { width: tile.rows, lastWidth: last, lines: rows });
  const packRight = packer(right, { width: tile.columns, lines: columns });
  const batchSteps = (factor: Factor): Steps => stepsOf(factor.batch, tableOf);
  const [leftBatch, rightBatch] = [batchSteps(left), batchSteps(right)];
  const sourceOf = (factor: Factor, steps: Steps, index: Expr<'i32'>): Expr<'i32'> => {
    const start = constant(layout.placeOf(factor.value) + factor.offset * 4);
    return batch === 1 ? start : i32.add(start, stepTo(steps, index));
  };
  const tileOfRows = (goesOn: boolean, rows: number): Callable =>
    module.shared(`tile of ${rows} ${goesOn ? 'on' : 'from 0'}`, () =>
      tileFunction({ ...tile, rows }, goesOn),
    );

  const [store] = epilogue.stores;
  const target =
    blocking.direct && store !== undefined
      ? {
          place: layout.placeOf(store.value) + store.at.offset * 4,
          pitch: (epilogue.axes.length === 2 ? (store.at.strides[0] ?? 0) : 0) * 4,
        }
      : undefined;
  const finish = target
    ? undefined
    : module.add(loopFunction(epilogue, { ...layout, tilePitch }, module).body);

  const packing = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end) => {
    const to = i32.add(constant(scratch), i32.mul(begin, constant(inner * tile.columns * 4)));
    scope.run(call(packRight, begin, end, sourceOf(right, rightBatch, constant(0)), to));
    return undefined;
  });

  const multiplying = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end, worker) => {
    const leftScratch = scope.hold(
      i32.add(constant(ownScratch), i32.mul(worker, constant(blocking.workerBytes))),
    );
    const tileScratch = scope.hold(i32.add(leftScratch, constant(blocking.leftBytes)));
    const rightScratch = sharedRight
      ? constant(scratch)
      : scope.hold(i32.add(tileScratch, constant(blocking.tileBytes)));
    const panel = scope.hold(begin);
    const body = scope.inner((inside) => {
      const index = batch === 1 ? constant(0) : inside.hold(i32.divU(panel, constant(rowPanels)));
      const first = inside.hold(batch === 1 ? panel : i32.remU(panel, constant(rowPanels)));
      if (!sharedRight) {
        const isNew = i32.or(i32.isZero(first), i32.eq(panel, begin));
        const source = sourceOf(right, rightBatch, index);
        inside.run(when(isNew, call(packRight, constant(0), constant(panels), source, rightScratch)));
      }
      const behind = inside.hold(least(i32.add(first, constant(blockPanels)), constant(rowPanels)));
      inside.run(
        set(behind, least(behind, i32.add(first, i32.sub(end, panel)))),
        call(packLeft, first, behind, sourceOf(left, leftBatch, index), leftScratch),
      );
      const firstRow = inside.hold(
        i32.add(i32.mul(index, constant(rows)), i32.mul(first, constant(tile.rows))),
      );
      // Where the block's first row goes: its place in the result, or scratch.
      const pitch = target?.pitch ?? tilePitch;
      const corner = inside.hold(
        target === undefined
          ? tileScratch
          : i32.add(constant(target.place), i32.mul(firstRow, constant(pitch))),
      );
      let done = 0;
      for (const [number, length] of blocking.pieces.entries()) {
        const [before, goesOn] = [done, number > 0];
        const rightPiece = inside.hold(i32.add(rightScratch, constant(before * tile.columns * 4)));
        count(inside, constant(panels), (across, strip) => {
          const rightPanel = across.hold(
            i32.add(rightPiece, i32.mul(strip, constant(inner * tile.columns * 4))),
          );
          const column = across.hold(i32.add(corner, i32.mul(strip, constant(tile.columns * 4))));
          const multiply = (row: Expr<'i32'>, height: number): Statement => {
            const start = i32.add(leftScratch, i32.mul(row, constant(inner * tile.rows * 4)));
            const from = i32.add(start, constant(before * height * 4));
            const to = i32.add(column, i32.mul(row, constant(tile.rows * pitch)));
            return call(tileOfRows(goesOn, height), constant(length), from, rightPanel, to, constant(pitch));
          };
          count(across, i32.sub(least(behind, constant(fullPanels)), first), (down, row) => {
            down.run(multiply(row, tile.rows));
          });
          if (last > 0)
            across.run(
              when(i32.eq(behind, constant(rowPanels)), multiply(i32.sub(constant(fullPanels), first), last)),
            );
        });
        done += length;
      }
      if (finish !== undefined) {
        const lastRow = least(i32.mul(behind, constant(tile.rows)), constant(rows));
        const rowBehind = i32.add(i32.mul(index, constant(rows)), lastRow);
        inside.run(call(finish, firstRow, rowBehind, tileScratch));
      }
      inside.run(set(panel, i32.add(panel, i32.sub(behind, first))));
    });
    const more = i32.ltU(panel, end);
    scope.run(repeatWhile(body, more));
    return undefined;
  });
  // A worker that begins within a product of the batch packs its right factor once more.
  const grain = !sharedRight && batch >= 2 * workers ? rowPanels : 1;
  const multiply = { body: multiplying, extent: batch * rowPanels, grain };
  return {
    packing: sharedRight ? { body: packing, extent: panels, grain: 1 } : undefined,
    multiplying: multiply,
  };
};
