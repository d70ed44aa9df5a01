/** Lines of a view copied one behind another, as a library wants them: windows that overlap, transposed kernels. */
import type { Walk } from '../../../kernel/kernel.js';
import { countOfWalk } from '../../../kernel/product.js';
import { range } from '../../../tensor/shape.js';
import { displaced } from '../cursors.js';
import {
  defineFunction,
  type Expr,
  type FunctionBody,
  i32 as constant,
  type Scope,
  set,
} from '../emitter.js';
import { type Address, i32, load, store, v128 } from '../instructions.js';
import { count, repeat } from '../loops.js';
import { stepsOf, stepTo } from '../pack-code.js';

/** Where lines begin, and how each goes on from there. */
export interface Lines {
  readonly begins: Walk;
  readonly along: Walk;
}

/** Elements that are copied by a straight line of code; more by a loop over as many. */
const STRAIGHT = 64;

/** Copies so many neighbors: whole vectors, then what is left over. */
const copyNeighbors = (scope: Scope, from: Address, to: Address, count: number): void => {
  const vectors = Math.floor(count / 4);
  for (const v of range(vectors))
    scope.run(store.v128(displaced(to, v * 16), load.v128(displaced(from, v * 16))));
  for (const rest of range(count % 4)) {
    const bytes = (vectors * 4 + rest) * 4;
    scope.run(store.lane32(displaced(to, bytes), load.lane32(displaced(from, bytes), v128.zero, 0), 0));
  }
};

/** Copies elements so many bytes apart. */
const copyApart = (scope: Scope, from: Expr<'i32'>, to: Expr<'i32'>, count: number, stride: number): void => {
  for (const each of range(count)) {
    const element = load.lane32({ base: i32.add(from, constant(each * stride)), offset: 0 }, v128.zero, 0);
    scope.run(store.lane32({ base: to, offset: each * 4 }, element, 0));
  }
};

/** Parameters: the first line and the one behind the last, the source, and where the copies go. */
export const copyLines = ({ begins, along }: Lines, tableOf: (walk: Walk) => number): FunctionBody =>
  defineFunction(['i32', 'i32', 'i32', 'i32'], (scope, begin, end, source, target) => {
    // A line is runs of even steps, each copied part by part.
    const [length, stride] = [along.sizes.at(-1) ?? 1, (along.strides.at(-1) ?? 1) * 4];
    const starts = { sizes: along.sizes.slice(0, -1), strides: along.strides.slice(0, -1) };
    const [lineSteps, runSteps] = [stepsOf(begins, tableOf), stepsOf(starts, tableOf)];
    const copy = (inside: Scope, from: Expr<'i32'>, elements: number): void => {
      if (stride === 4)
        copyNeighbors(inside, { base: from, offset: 0 }, { base: target, offset: 0 }, elements);
      else copyApart(inside, from, target, elements, stride);
      inside.run(set(target, i32.add(target, constant(elements * 4))));
    };
    count(scope, [begin, end, 1], (lines, line) => {
      const first = lines.hold(i32.add(source, stepTo(lineSteps, line)));
      count(lines, [constant(0), constant(countOfWalk(starts)), 1], (runs, run) => {
        const from = runs.hold(i32.add(first, stepTo(runSteps, run)));
        repeat(runs, Math.floor(length / STRAIGHT), (part) => {
          copy(part, from, STRAIGHT);
          part.run(set(from, i32.add(from, constant(STRAIGHT * stride))));
        });
        if (length % STRAIGHT > 0) copy(runs, from, length % STRAIGHT);
      });
    });
    return undefined;
  });
