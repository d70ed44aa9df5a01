/**
 * The function of a loop kernel: the flat range of its outer axes, the lanes of one axis, and reductions
 * inside. It takes the part of the range to do, so that several workers can share it.
 */
import { required } from '../../require.js';
import type { ValueId } from '../../graph/program.js';
import { type Expression, expressionsBelow, type LoopKernel, rootsOf } from '../../kernel/kernel.js';
import { bytesOf } from '../../tensor/dtype.js';
import { sizeOf } from '../../tensor/shape.js';
import { cursorsFor } from './cursors.js';
import {
  defineFunction,
  type Expr,
  type FunctionBody,
  i32 as constant,
  type Local,
  repeatWhile,
  type Scope,
  set,
  type ValueType,
  when,
} from './emitter.js';
import { dependence, hoist, type Known } from './expression-code.js';
import { float64Lanes } from './float64-lanes.js';
import { i32 } from './instructions.js';
import type { Lanes, Library } from './lanes.js';
import { repeat } from './loops.js';
import { type Nest, point } from './point-code.js';
import { vectorAxis } from './vector-axis.js';
import { vectorLanes } from './vector-lanes.js';

/** Where values are, and how the product lies that a kernel is the epilogue of. */
export interface Layout {
  readonly placeOf: (value: ValueId) => number;
  /** Bytes from row to row of the product. Where the first row of a part is, the function is told. */
  readonly tilePitch?: number;
}

/**
 * A function of a part (begin, end) of `extent`, and of the number of the worker that does it; of an epilogue,
 * of where the product is instead. Parts begin at multiples of `grain`. What it computes for one element is
 * the same however the range is cut, so that results do not depend on who did what.
 */
export interface RangeFunction {
  readonly body: FunctionBody;
  readonly extent: number;
  readonly grain: number;
}

/** A line of a cache, in elements: workers do not share one, and sums down columns take one at a time. */
const LINE = 16;

const isWide = (kernel: LoopKernel, expressions: readonly Expression[]): boolean =>
  expressions.some(({ dtype }) => dtype === 'float64') ||
  kernel.stores.some(({ dtype }) => dtype === 'float64');

/** The kernel without what it would compute for no element at all: reductions over an empty axis. */
const withoutEmpty = (kernel: LoopKernel): LoopKernel =>
  kernel.axes.slice(kernel.domain).includes(0)
    ? {
        ...kernel,
        reductions: kernel.reductions.map((each) => ({
          ...each,
          body: { kind: 'literal', dtype: each.body.dtype, value: 0 },
        })),
      }
    : kernel;

/** The function of a kernel's loops: in vectors, or one by one where there is float64. */
export const loopFunction = (given: LoopKernel, layout: Layout, library: Library): RangeFunction => {
  const kernel = withoutEmpty(given);
  const expressions = expressionsBelow(rootsOf(kernel));
  return isWide(given, expressions)
    ? rangeFunction(kernel, expressions, layout, float64Lanes(library))
    : rangeFunction(kernel, expressions, layout, vectorLanes(library));
};

const rangeFunction = <T extends ValueType>(
  kernel: LoopKernel,
  expressions: readonly Expression[],
  layout: Layout,
  lanes: Lanes<T>,
): RangeFunction => {
  const { axes, domain, ordered } = kernel;
  const lined = vectorAxis(kernel, layout.tilePitch !== undefined);
  const outer = axes.map((_, axis) => axis).filter((axis) => axis < domain && axis !== lined);
  const acrossRange = outer.length === 0 && lined !== undefined && lined < domain;
  const orderedSizes = outer
    .filter((axis) => axis >= domain - ordered)
    .map((axis) => required(axes[axis], 'an axis'));
  const grain = acrossRange ? LINE : Math.max(1, sizeOf(orderedSizes));
  const extent = acrossRange
    ? required(axes[lined], 'an axis')
    : sizeOf(outer.map((axis) => required(axes[axis], 'an axis')));
  const body = defineFunction(['i32', 'i32', 'i32'], (scope, begin, end, product) => {
    const cursors = cursorsFor(scope, axes, accessesOf(kernel, expressions, layout));
    const tile =
      layout.tilePitch === undefined ? undefined : { cursor: scope.local('i32'), pitch: layout.tilePitch };
    const nest: Nest<T> = {
      kernel,
      expressions,
      lanes,
      lined,
      cursors,
      tileCursor: tile?.cursor,
      evaluation: {
        lanes,
        cursors,
        placeOf: layout.placeOf,
        vectorAxis: lined,
        tile: tile && { base: tile.cursor, offset: 0 },
        reduced: [],
        shift: 0,
        dependsOn: dependence(axes, expressions),
      },
    };
    const known: Known<T> = new Map();
    scope.run(...cursors.start(new Map()));
    hoist(nest.evaluation, scope, known, expressions, 2 ** axes.length - 1, lanes.width);
    if (acrossRange) lanesOfRange(nest, scope, known, lined, begin, end);
    else rows(nest, scope, known, outer, { begin, end, product, pitch: tile?.pitch ?? 0 });
    return undefined;
  });
  return { body, extent, grain };
};

const accessesOf = (
  kernel: LoopKernel,
  expressions: readonly Expression[],
  { placeOf }: Layout,
): Parameters<typeof cursorsFor>[2] => [
  ...expressions.flatMap((each) => {
    if (each.kind === 'load' || each.kind === 'gather')
      return [{ at: each.at, bytes: bytesOf[each.dtype], place: placeOf(each.value) }];
    return each.kind === 'index' || each.kind === 'random' ? [{ at: each.at, bytes: 1, place: 0 }] : [];
  }),
  ...kernel.stores.map(({ at, dtype, value }) => ({ at, bytes: bytesOf[dtype], place: placeOf(value) })),
];

interface Part {
  readonly begin: Expr<'i32'>;
  readonly end: Expr<'i32'>;
  /** Where the rows of a product are, and the bytes from one to the next. */
  readonly product: Expr<'i32'>;
  readonly pitch: number;
}

/** The rows from `begin` to `end`: all combinations of the outer axes, counted flat. */
const rows = <T extends ValueType>(
  nest: Nest<T>,
  scope: Scope,
  known: Known<T>,
  outer: readonly number[],
  { begin, end, product, pitch }: Part,
): void => {
  const { axes } = nest.kernel;
  const row = scope.hold(begin);
  const indices = new Map<number, Local<'i32'>>();
  // The flat number of the first row, taken apart from the innermost axis outwards.
  let rest: Expr<'i32'> = row;
  for (const [i, axis] of outer.toReversed().entries()) {
    if (i === outer.length - 1) indices.set(axis, scope.hold(rest));
    else {
      const size = constant(required(axes[axis], 'an axis'));
      indices.set(axis, scope.hold(i32.remU(rest, size)));
      rest = scope.hold(i32.divU(rest, size));
    }
  }
  const body = scope.inner((inside) => {
    inside.run(...nest.cursors.start(indices));
    if (nest.tileCursor !== undefined)
      inside.run(set(nest.tileCursor, i32.add(product, i32.mul(i32.sub(row, begin), constant(pitch)))));
    oneRow(nest, inside, new Map(known));
    inside.run(set(row, i32.add(row, constant(1))), ...nextIndices(inside, axes, outer, indices));
  });
  scope.run(repeatWhile(body, i32.ltU(row, end)));
};

/** The indices of the next row: the innermost goes on, and where it is at its end the one before it does. */
const nextIndices = (
  scope: Scope,
  axes: readonly number[],
  outer: readonly number[],
  indices: ReadonlyMap<number, Local<'i32'>>,
): readonly ReturnType<typeof set>[] => {
  const [axis, ...others] = outer.toReversed();
  const index = axis === undefined ? undefined : indices.get(axis);
  if (axis === undefined || index === undefined) return [];
  const step = set(index, i32.add(index, constant(1)));
  if (others.length === 0) return [step];
  const carry = scope.inner((inside) =>
    inside.run(set(index, constant(0)), ...nextIndices(inside, axes, others.toReversed(), indices)),
  );
  return [step, when(i32.eq(index, constant(required(axes[axis], 'an axis'))), carry)];
};

/** One row: the lanes of the axis that goes into them, or one point. */
const oneRow = <T extends ValueType>(nest: Nest<T>, scope: Scope, known: Known<T>): void => {
  const { kernel, expressions, lined, lanes, cursors, evaluation } = nest;
  if (lined === undefined || lined >= kernel.domain) {
    point(nest, scope, known, 1);
    return;
  }
  const size = required(kernel.axes[lined], 'an axis');
  const reducedBits = kernel.axes.reduce(
    (bits, _, axis) => (axis >= kernel.domain ? bits | (1 << axis) : bits),
    0,
  );
  if (size > lanes.width)
    hoist(evaluation, scope, known, expressions, (1 << lined) | reducedBits, lanes.width);
  const advance = (inside: Scope, elements: number): void => {
    inside.run(...cursors.advance(lined, elements));
    if (nest.tileCursor !== undefined)
      inside.run(set(nest.tileCursor, i32.add(nest.tileCursor, constant(4 * elements))));
  };
  let left = size;
  for (const vectors of vectorCounts(nest)) {
    const elements = vectors * lanes.width;
    repeat(scope, Math.floor(left / elements), (inside) => {
      point(nest, inside, new Map(known), lanes.width, vectors);
      advance(inside, elements);
    });
    left %= elements;
  }
  if (left > 0) point(nest, scope, new Map(known), left);
};

/**
 * How many vectors are done side by side: a line of a cache, so that in sums down columns none is read twice, and
 * elsewhere a turn of the loop costs little beside them.
 */
const vectorCounts = <T extends ValueType>({ kernel, lanes, lined }: Nest<T>): readonly number[] => {
  const inDomain = kernel.reductions.length === 0 || (lined !== undefined && lined < kernel.domain);
  return inDomain && lanes.width > 1 ? [LINE / lanes.width, 1] : [1];
};

/** A part of the one axis of a kernel, four lanes at a time. Only its last part has a rest. */
const lanesOfRange = <T extends ValueType>(
  nest: Nest<T>,
  scope: Scope,
  known: Known<T>,
  lined: number,
  begin: Expr<'i32'>,
  end: Expr<'i32'>,
): void => {
  const { kernel, lanes, cursors } = nest;
  const size = required(kernel.axes[lined], 'an axis');
  const place = scope.hold(begin);
  scope.run(...cursors.start(new Map([[lined, place]])));
  for (const vectors of vectorCounts(nest)) {
    const elements = vectors * lanes.width;
    const whole = size - (size % elements);
    if (whole === 0) continue;
    const behind = i32.add(place, constant(elements));
    const inRange = i32.and(i32.leU(behind, end), i32.leU(behind, constant(whole)));
    const body = scope.inner((inside) => {
      point(nest, inside, new Map(known), lanes.width, vectors);
      inside.run(...cursors.advance(lined, elements), set(place, behind));
    });
    scope.run(repeatWhile(body, inRange));
  }
  const rest = size % lanes.width;
  if (rest === 0) return;
  const last = scope.inner((inside) => point(nest, inside, new Map(known), rest));
  scope.run(when(i32.eq(end, constant(size)), last));
};
