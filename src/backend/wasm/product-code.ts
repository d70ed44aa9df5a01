/**
 * The functions of a matrix product: packing the right factor, then block after block of the rows, and piece
 * after piece of the sums, unless a factor is read where it lies. Their range is in panels of rows; the pieces of a sum
 * over k depend on its length alone, and are added in order, wherever blocks begin.
 */
import { required } from '../../require.js';
import type { Factor, ProductKernel, Walk } from '../../kernel/kernel.js';
import {
  call,
  type Callable,
  choose,
  defineFunction,
  type Expr,
  i32 as constant,
  repeatWhile,
  set,
  type Statement,
  when,
} from './emitter.js';
import { i32 } from './instructions.js';
import { count } from './loops.js';
import type { Layout, RangeFunction } from './loop-code.js';
import type { ModuleBuilder } from './module.js';
import { packFunction, type Packing, stepsOf, type Steps, stepTo } from './pack-code.js';
import { blockingOf, type Tile } from './product-shape.js';
import { packedReading, tileFunction } from './tile-code.js';

export interface ProductSetting {
  readonly layout: Layout;
  readonly module: ModuleBuilder;
  /** Puts a table of the places of a walk, in bytes, into memory. */
  readonly tableOf: (walk: Walk) => number;
  /** Where its scratch is, and how many workers share the work. */
  readonly scratch: number;
  readonly workers: number;
  readonly tile: Tile;
  /** The function of the epilogue, whose product lies in rows so many bytes apart. */
  readonly finish: (tilePitch: number) => Callable;
}

const least = (a: Expr<'i32'>, b: Expr<'i32'>): Expr<'i32'> => choose(i32.ltU(a, b), a, b);

export interface ProductFunctions {
  /** Packs the right factor, where all share one; all of it is done before the next begins. */
  readonly packing: RangeFunction | undefined;
  /** Multiplies, with the epilogue. */
  readonly multiplying: RangeFunction;
}

/** How the right factor is packed: its lines are columns, which zeros fill up. */
const rightLines = ({ columns, right }: ProductKernel, { tile, tableOf }: ProductSetting): Packing => ({
  width: tile.columns,
  filled: true,
  lines: columns,
  line: stepsOf(right.line, tableOf),
  along: stepsOf(right.inner, tableOf),
});

/** The functions of a product. */
export const productFunctions = (product: ProductKernel, setting: ProductSetting): ProductFunctions => {
  const { batch, rows, inner, left, right, epilogue } = product;
  const { layout, module, tableOf, scratch, workers, tile } = setting;
  const blocking = blockingOf(product, tile);
  const { tileRows, run, rowPanels, runPanels, blockPanels, panels, inPlace, sharedRight } = blocking;
  const lastRows = run - (runPanels - 1) * tileRows;
  const ownScratch = scratch + (sharedRight ? blocking.rightBytes : 0);
  const tilePitch = panels * tile.columns * 4;

  const [leftLine, leftAlong] = [stepsOf(left.line, tableOf), stepsOf(left.inner, tableOf)];
  const leftLines = { width: tileRows, filled: false, lines: rows, line: leftLine, along: leftAlong };
  const packLeft = inPlace.left ? undefined : module.add(packFunction(leftLines));
  const packRight = inPlace.right ? undefined : module.add(packFunction(rightLines(product, setting)));
  // From term to term of the right factor, and from panel to panel.
  const across = (packRight ? tile.columns : (right.inner.strides[0] ?? 0)) * 4;
  const rightPanel = (packRight ? inner * tile.columns : tile.columns) * 4;
  const [leftBatch, rightBatch] = [stepsOf(left.batch, tableOf), stepsOf(right.batch, tableOf)];
  const sourceOf = (factor: Factor, steps: Steps, index: Expr<'i32'>): Expr<'i32'> => {
    const start = constant(layout.placeOf(factor.value) + factor.offset * 4);
    return batch === 1 ? start : i32.add(start, stepTo(steps, index));
  };
  const tileOfRows = (height: number): Callable => {
    const size = { ...tile, rows: height };
    const reading = inPlace.left
      ? { line: (left.line.strides.at(-1) ?? 0) * 4, along: leftAlong, across }
      : { ...packedReading(size), across };
    return module.shared(`tile of ${height}: ${JSON.stringify(reading)}`, () => tileFunction(size, reading));
  };

  const [store] = epilogue.stores;
  const target =
    blocking.direct && store !== undefined
      ? {
          place: layout.placeOf(store.value) + store.at.offset * 4,
          pitch: (epilogue.axes.length === 2 ? required(store.at.strides[0], 'a stride') : 0) * 4,
        }
      : undefined;
  const finish = target ? undefined : setting.finish(tilePitch);
  // Where the block's first row goes: its place in the result, or scratch.
  const pitch = target?.pitch ?? tilePitch;

  const [none, all] = [constant(0), constant(inner)];
  const packing = (pack: Callable): RangeFunction => {
    const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end) => {
      const to = i32.add(constant(scratch), i32.mul(begin, constant(rightPanel)));
      scope.run(call(pack, begin, end, sourceOf(right, rightBatch, none), to, none, all));
      return undefined;
    });
    return { body, extent: panels, grain: 1 };
  };

  /** The row that a panel begins with. */
  const rowOf = (panel: Expr<'i32'>): Expr<'i32'> =>
    i32.add(
      i32.mul(i32.divU(panel, constant(runPanels)), constant(run)),
      i32.mul(i32.remU(panel, constant(runPanels)), constant(tileRows)),
    );

  const multiplying = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end, worker) => {
    const leftScratch = scope.hold(
      i32.add(constant(ownScratch), i32.mul(worker, constant(blocking.workerBytes))),
    );
    const tileScratch = scope.hold(i32.add(leftScratch, constant(blocking.leftBytes)));
    const rightScratch = scope.hold(
      sharedRight ? constant(scratch) : i32.add(tileScratch, constant(blocking.tileBytes)),
    );
    const panel = scope.hold(begin);
    const body = scope.inner((inside) => {
      const index = batch === 1 ? none : inside.hold(i32.divU(panel, constant(rowPanels)));
      const first = inside.hold(batch === 1 ? panel : i32.remU(panel, constant(rowPanels)));
      const leftSource = inside.hold(sourceOf(left, leftBatch, index));
      const rightSource = sourceOf(right, rightBatch, index);
      if (packRight !== undefined && !sharedRight) {
        const isNew = i32.or(i32.isZero(first), i32.eq(panel, begin));
        const pack = call(packRight, none, constant(panels), rightSource, rightScratch, none, all);
        inside.run(when(isNew, pack));
      }
      const rights = inside.hold(packRight ? rightScratch : rightSource);
      const behind = inside.hold(least(i32.add(first, constant(blockPanels)), constant(rowPanels)));
      inside.run(set(behind, least(behind, i32.add(first, i32.sub(end, panel)))));
      const [top, bottom] = [inside.hold(rowOf(first)), inside.hold(rowOf(behind))];
      const firstOfAll = inside.hold(i32.mul(index, constant(rows)));
      const corner = inside.hold(
        target === undefined
          ? tileScratch
          : i32.add(constant(target.place), i32.mul(i32.add(firstOfAll, top), constant(pitch))),
      );
      count(inside, [none, all, blocking.piece], (along, term) => {
        const length = along.hold(least(constant(blocking.piece), i32.sub(all, term)));
        const from = inPlace.left ? term : none;
        if (packLeft) along.run(call(packLeft, first, behind, leftSource, leftScratch, term, length));
        const rightPiece = along.hold(i32.add(rights, i32.mul(term, constant(across))));
        count(along, [none, constant(panels), 1], (strips, strip) => {
          const rightHere = strips.hold(i32.add(rightPiece, i32.mul(strip, constant(rightPanel))));
          const column = strips.hold(i32.add(corner, i32.mul(strip, constant(tile.columns * 4))));
          const row = strips.hold(top);
          const inRun = strips.hold(i32.remU(first, constant(runPanels)));
          const multiply = (height: number): Statement => {
            const down = i32.sub(row, top);
            const start = inPlace.left
              ? i32.add(leftSource, stepTo(leftLine, row))
              : i32.add(leftScratch, i32.shl(i32.mul(down, length), constant(2)));
            const to = i32.add(column, i32.mul(down, constant(pitch)));
            return strips.inner((once) => {
              once.run(
                call(tileOfRows(height), length, start, from, rightHere, to, constant(pitch), term),
                set(row, i32.add(row, constant(height))),
              );
            });
          };
          const downwards = strips.inner((down) => {
            const isLast = down.hold(i32.eq(inRun, constant(runPanels - 1)));
            down.run(
              when(i32.isZero(isLast), multiply(tileRows)),
              when(isLast, multiply(lastRows)),
              set(inRun, choose(isLast, none, i32.add(inRun, constant(1)))),
            );
          });
          strips.run(repeatWhile(downwards, i32.ltU(row, bottom)));
        });
      });
      if (finish !== undefined)
        inside.run(call(finish, i32.add(firstOfAll, top), i32.add(firstOfAll, bottom), tileScratch));
      inside.run(set(panel, i32.add(panel, i32.sub(behind, first))));
    });
    const more = i32.ltU(panel, end);
    scope.run(repeatWhile(body, more));
    return undefined;
  });
  // A worker that begins within a product of the batch packs its right factor once more.
  const grain = packRight && !sharedRight && batch >= 2 * workers ? rowPanels : 1;
  const multiply = { body: multiplying, extent: batch * rowPanels, grain };
  return {
    packing: packRight && sharedRight ? packing(packRight) : undefined,
    multiplying: multiply,
  };
};
