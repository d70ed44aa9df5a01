/** The functions of a matrix product: packing the right factor, then block after block of the rows. */
import type { Factor, ProductKernel, Walk } from '../../program/kernel.js';
import {
  call,
  type Callable,
  defineFunction,
  type Expr,
  type FunctionBody,
  i32 as constant,
  type Local,
  loopWhile,
  type Scope,
  set,
  when,
} from './emitter.js';
import { choose } from './emitter.js';
import { i32 } from './instructions.js';
import { type Layout, loopFunction, type RangeFunction } from './loop-code.js';
import type { ModuleBuilder } from './module.js';
import { packFunction, stepsOf, type Steps, stepTo } from './pack-code.js';
import { blockingOf, TILE_COLUMNS, TILE_ROWS } from './product-shape.js';
import { tileFunction } from './tile-code.js';

export interface ProductSetting {
  readonly layout: Layout;
  readonly module: ModuleBuilder;
  /** Puts a table of the places of a walk, in bytes, into memory. */
  readonly tableOf: (walk: Walk) => number;
  readonly scratch: number;
  readonly relaxed: boolean;
}

/** Calls `body` for 0, 1, … below a number that is at least one. */
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
  scope.run(loopWhile(inside, i32.ltU(index, limit)));
};

const range = (body: FunctionBody, extent: number): RangeFunction => ({ body, extent, grain: 1 });

/** The functions of a product, to be run one after another, each over its whole extent. */
export const productFunctions = (
  product: ProductKernel,
  setting: ProductSetting,
): readonly RangeFunction[] => {
  const { batch, rows, columns, inner, left, right, epilogue } = product;
  const { layout, module, tableOf, scratch, relaxed } = setting;
  const blocking = blockingOf(product);
  const leftScratch = scratch;
  const rightScratch = leftScratch + blocking.leftBytes;
  const tileScratch = rightScratch + blocking.rightBytes;
  const tilePitch = blocking.panels * TILE_COLUMNS * 4;

  const packer = (factor: Factor, width: number, lines: number): Callable =>
    module.add(
      packFunction({
        width,
        lines,
        inner,
        line: stepsOf(factor.line, tableOf),
        along: stepsOf(factor.inner, tableOf),
      }),
    );
  const packLeft = packer(left, TILE_ROWS, rows);
  const packRight = packer(right, TILE_COLUMNS, columns);
  const batchSteps = (factor: Factor): Steps => stepsOf(factor.batch, tableOf);
  const [leftBatch, rightBatch] = [batchSteps(left), batchSteps(right)];
  const sourceOf = (factor: Factor, steps: Steps, index: Expr<'i32'>): Expr<'i32'> => {
    const start = constant(layout.placeOf(factor.value) + factor.offset * 4);
    return batch === 1 ? start : i32.add(start, stepTo(steps, index));
  };
  const tile = (goesOn: boolean): Callable =>
    module.shared(`tile ${goesOn ? 'on' : 'from 0'} ${relaxed ? 'relaxed' : ''}`, () =>
      tileFunction(goesOn, relaxed),
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
    : module.add(
        loopFunction(epilogue, { ...layout, tile: { place: tileScratch, pitch: tilePitch } }, module).body,
      );

  const packing = defineFunction(['i32', 'i32'], (scope, begin, end) => {
    const to = i32.add(constant(rightScratch), i32.mul(begin, constant(inner * TILE_COLUMNS * 4)));
    scope.run(call(packRight, begin, end, sourceOf(right, rightBatch, constant(0)), to));
    return undefined;
  });

  const rowPanels = Math.ceil(rows / TILE_ROWS);
  const blockPanels = blocking.rows / TILE_ROWS;
  const multiplying = defineFunction(['i32', 'i32'], (scope, begin, end) => {
    const unit = scope.hold(begin);
    const body = scope.inner((inside) => {
      const index = batch === 1 ? constant(0) : inside.hold(i32.divU(unit, constant(blocking.blocks)));
      const block = batch === 1 ? unit : inside.hold(i32.remU(unit, constant(blocking.blocks)));
      if (batch > 1) {
        const isNew = i32.or(i32.isZero(block), i32.eq(unit, begin));
        const source = sourceOf(right, rightBatch, index);
        const pack = call(packRight, constant(0), constant(blocking.panels), source, constant(rightScratch));
        inside.run(when(isNew, pack));
      }
      const first = inside.hold(i32.mul(block, constant(blockPanels)));
      const behind = inside.hold(i32.add(first, constant(blockPanels)));
      inside.run(
        set(behind, choose(i32.ltU(behind, constant(rowPanels)), behind, constant(rowPanels))),
        call(packLeft, first, behind, sourceOf(left, leftBatch, index), constant(leftScratch)),
      );
      const firstRow = inside.hold(
        i32.add(i32.mul(index, constant(rows)), i32.mul(first, constant(TILE_ROWS))),
      );
      // Where the block's first row goes: its place in the result, or scratch.
      const pitch = target?.pitch ?? tilePitch;
      const corner = inside.hold(
        target === undefined
          ? constant(tileScratch)
          : i32.add(constant(target.place), i32.mul(firstRow, constant(pitch))),
      );
      let done = 0;
      for (const [number, length] of blocking.pieces.entries()) {
        const [from, goesOn] = [done, number > 0];
        count(inside, constant(blocking.panels), (across, panel) => {
          const rightPanel = across.hold(
            i32.add(
              i32.mul(panel, constant(inner * TILE_COLUMNS * 4)),
              constant(rightScratch + from * TILE_COLUMNS * 4),
            ),
          );
          const column = across.hold(i32.add(corner, i32.mul(panel, constant(TILE_COLUMNS * 4))));
          count(across, i32.sub(behind, first), (down, row) => {
            const leftPanel = i32.add(
              i32.mul(row, constant(inner * TILE_ROWS * 4)),
              constant(leftScratch + from * TILE_ROWS * 4),
            );
            const to = i32.add(column, i32.mul(row, constant(TILE_ROWS * pitch)));
            down.run(call(tile(goesOn), constant(length), leftPanel, rightPanel, to, constant(pitch)));
          });
        });
        done += length;
      }
      if (finish !== undefined) {
        const last = i32.mul(behind, constant(TILE_ROWS));
        const lastRow = choose(i32.ltU(last, constant(rows)), last, constant(rows));
        inside.run(call(finish, firstRow, i32.add(i32.mul(index, constant(rows)), lastRow)));
      }
      inside.run(set(unit, i32.add(unit, constant(1))));
    });
    const more = i32.ltU(unit, end);
    scope.run(
      when(
        more,
        scope.inner((inside) => inside.run(loopWhile(body, more))),
      ),
    );
    return undefined;
  });
  const multiply = range(multiplying, batch * blocking.blocks);
  return batch === 1 ? [range(packing, blocking.panels), multiply] : [multiply];
};
