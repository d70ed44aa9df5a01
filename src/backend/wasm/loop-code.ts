/**
 * The function of a loop kernel: the flat range of its outer axes, the lanes of one axis, and reductions
 * inside. It takes the part of the range to do, so that several workers can share it.
 */
import { expressionsBelow, type LoopKernel, rootsOf, type Store } from '../../program/kernel.js';
import type { ValueId } from '../../program/program.js';
import { bytesOf } from '../../tensor/dtype.js';
import { type Cursors, cursorsFor } from './cursors.js';
import {
  defineFunction,
  type Expr,
  type FunctionBody,
  i32 as constant,
  type Local,
  loopWhile,
  type Scope,
  set,
  type ValueType,
  when,
} from './emitter.js';
import { dependence, evaluate, type Evaluation, hoist, type Known } from './expression-code.js';
import { float64Lanes } from './float64-lanes.js';
import { i32 } from './instructions.js';
import type { Accumulator, Lanes, Library } from './lanes.js';
import { vectorAxis } from './vector-axis.js';
import { vectorLanes } from './vector-lanes.js';

/** Where values are, and where the product is that a kernel is the epilogue of. */
export interface Layout {
  readonly placeOf: (value: ValueId) => number;
  /** The first row of the range is at `place`, each next one `pitch` bytes further. */
  readonly tile?: { readonly place: number; readonly pitch: number };
}

/** A function of a part (begin, end) of `extent`; parts begin at multiples of `grain`. */
export interface RangeFunction {
  readonly body: FunctionBody;
  readonly extent: number;
  readonly grain: number;
}

/** A line of a cache, in elements: workers do not share one. */
const LINE = 16;

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

/** Does something a fixed number of times. */
const repeat = (scope: Scope, times: number, body: (inside: Scope) => void): void => {
  if (times <= 0) return;
  if (times === 1) {
    body(scope);
    return;
  }
  const left = scope.hold(constant(times));
  const inside = scope.inner((loop) => {
    body(loop);
    loop.run(set(left, i32.sub(left, constant(1))));
  });
  scope.run(loopWhile(inside, left));
};

const isWide = (kernel: LoopKernel): boolean =>
  expressionsBelow(rootsOf(kernel)).some(({ dtype }) => dtype === 'float64') ||
  kernel.stores.some(({ dtype }) => dtype === 'float64');

export const loopFunction = (kernel: LoopKernel, layout: Layout, library: Library): RangeFunction =>
  isWide(kernel)
    ? rangeFunction(kernel, layout, float64Lanes(library))
    : rangeFunction(kernel, layout, vectorLanes(library));

const rangeFunction = <T extends ValueType>(kernel: LoopKernel, layout: Layout, lanes: Lanes<T>): RangeFunction => {
  const { axes, domain, ordered } = kernel;
  const lined = vectorAxis(kernel, layout.tile !== undefined);
  const outer = axes.map((_, axis) => axis).filter((axis) => axis < domain && axis !== lined);
  const acrossRange = outer.length === 0 && lined !== undefined && lined < domain;
  const orderedSizes = outer.filter((axis) => axis >= domain - ordered).map((axis) => axes[axis] ?? 1);
  const grain = acrossRange ? LINE : Math.max(1, product(orderedSizes));
  const extent = acrossRange ? (axes[lined] ?? 1) : product(outer.map((axis) => axes[axis] ?? 1));
  const body = defineFunction(['i32', 'i32'], (scope, begin, end) => {
    const cursors = cursorsFor(scope, axes, accessesOf(kernel, layout));
    const tile = layout.tile && { place: layout.tile.place, cursor: scope.local('i32') };
    const nest: Nest<T> = {
      kernel,
      lanes,
      lined,
      cursors,
      tileCursor: tile?.cursor,
      evaluation: {
        lanes,
        cursors,
        placeOf: layout.placeOf,
        vectorAxis: lined,
        tile: tile && { base: tile.cursor, offset: tile.place },
        reduced: [],
        dependsOn: dependence(axes),
      },
    };
    const known: Known<T> = new Map();
    scope.run(...cursors.start(new Map()));
    hoist(nest.evaluation, scope, known, rootsOf(kernel), 2 ** axes.length - 1, lanes.width);
    if (acrossRange) lanesOfRange(nest, scope, known, lined, begin, end);
    else rows(nest, scope, known, outer, begin, end, layout.tile?.pitch ?? 0);
    return undefined;
  });
  return { body, extent, grain };
};

interface Nest<T extends ValueType> {
  readonly kernel: LoopKernel;
  readonly lanes: Lanes<T>;
  /** The axis that goes into lanes. */
  readonly lined: number | undefined;
  readonly cursors: Cursors;
  readonly tileCursor: Local<'i32'> | undefined;
  readonly evaluation: Evaluation<T>;
}

const accessesOf = (kernel: LoopKernel, { placeOf }: Layout): Parameters<typeof cursorsFor>[2] => [
  ...expressionsBelow(rootsOf(kernel)).flatMap((each) => {
    if (each.kind === 'load' || each.kind === 'gather')
      return [{ at: each.at, bytes: bytesOf[each.dtype], place: placeOf(each.value) }];
    return each.kind === 'index' || each.kind === 'random' ? [{ at: each.at, bytes: 1, place: 0 }] : [];
  }),
  ...kernel.stores.map(({ at, dtype, value }) => ({ at, bytes: bytesOf[dtype], place: placeOf(value) })),
];

/** The rows from `begin` to `end`: all combinations of the outer axes, counted flat. */
const rows = <T extends ValueType>(
  nest: Nest<T>,
  scope: Scope,
  known: Known<T>,
  outer: readonly number[],
  begin: Expr<'i32'>,
  end: Expr<'i32'>,
  pitch: number,
): void => {
  const { axes } = nest.kernel;
  const row = scope.hold(begin);
  const indices = new Map<number, Local<'i32'>>();
  // The flat number of the first row, taken apart from the innermost axis outwards.
  let rest: Expr<'i32'> = row;
  for (const [i, axis] of outer.toReversed().entries()) {
    if (i === outer.length - 1) indices.set(axis, scope.hold(rest));
    else {
      const size = constant(axes[axis] ?? 1);
      indices.set(axis, scope.hold(i32.remU(rest, size)));
      rest = scope.hold(i32.divU(rest, size));
    }
  }
  const body = scope.inner((inside) => {
    inside.run(...nest.cursors.start(indices));
    if (nest.tileCursor !== undefined)
      inside.run(set(nest.tileCursor, i32.mul(i32.sub(row, begin), constant(pitch))));
    oneRow(nest, inside, new Map(known));
    inside.run(set(row, i32.add(row, constant(1))), ...nextIndices(inside, axes, outer, indices));
  });
  scope.run(when(i32.ltU(row, end), scope.inner((inside) => inside.run(loopWhile(body, i32.ltU(row, end))))));
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
  return [step, when(i32.eq(index, constant(axes[axis] ?? 1)), carry)];
};

/** One row: the lanes of the axis that goes into them, or one point. */
const oneRow = <T extends ValueType>(nest: Nest<T>, scope: Scope, known: Known<T>): void => {
  const { kernel, lined, lanes, cursors, evaluation } = nest;
  if (lined === undefined || lined >= kernel.domain) {
    point(nest, scope, known, 1);
    return;
  }
  const size = kernel.axes[lined] ?? 1;
  const reducedBits = kernel.axes.reduce((bits, _, axis) => (axis >= kernel.domain ? bits | (1 << axis) : bits), 0);
  if (size > lanes.width) hoist(evaluation, scope, known, rootsOf(kernel), (1 << lined) | reducedBits, lanes.width);
  const advance = (inside: Scope): void => {
    inside.run(...cursors.advance(lined, lanes.width));
    if (nest.tileCursor !== undefined)
      inside.run(set(nest.tileCursor, i32.add(nest.tileCursor, constant(4 * lanes.width))));
  };
  repeat(scope, Math.floor(size / lanes.width), (inside) => {
    point(nest, inside, new Map(known), lanes.width);
    advance(inside);
  });
  if (size % lanes.width > 0) point(nest, scope, new Map(known), size % lanes.width);
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
  const size = kernel.axes[lined] ?? 1;
  const whole = size - (size % lanes.width);
  const place = scope.hold(begin);
  scope.run(...cursors.start(new Map([[lined, place]])));
  const inRange = i32.and(i32.ltU(place, end), i32.ltU(place, constant(whole)));
  const body = scope.inner((inside) => {
    point(nest, inside, new Map(known), lanes.width);
    inside.run(...cursors.advance(lined, lanes.width), set(place, i32.add(place, constant(lanes.width))));
  });
  if (whole > 0) scope.run(when(inRange, scope.inner((inside) => inside.run(loopWhile(body, inRange)))));
  if (whole === size) return;
  const rest = scope.inner((inside) => point(nest, inside, new Map(known), size - whole));
  scope.run(when(i32.eq(end, constant(size)), rest));
};

/** What happens at one point of the domain, or at `count` of them side by side. */
const point = <T extends ValueType>(nest: Nest<T>, scope: Scope, known: Known<T>, count: number): void => {
  const { kernel, lanes, lined } = nest;
  const crosses = lined !== undefined && lined >= kernel.domain;
  const accumulators = kernel.reductions.map(({ combine, body }) => lanes.accumulator(scope, combine, body.dtype));
  if (accumulators.length > 0 && !kernel.axes.slice(kernel.domain).includes(0))
    reduce(nest, scope, known, accumulators, kernel.domain, count);
  const reduced = accumulators.map((each) => (crosses ? each.across(scope) : each.each(scope)));
  const evaluation = { ...nest.evaluation, reduced };
  // All is read before anything is written: a store may be in the place of what another one reads.
  const values = kernel.stores.map(({ expression }) => evaluate(evaluation, scope, known, expression, count));
  for (const [i, store] of kernel.stores.entries()) {
    const value = values[i];
    if (value !== undefined) write(evaluation, scope, known, store, value, count);
  }
};

/** The loops over the reduced axes, from `axis` on. */
const reduce = <T extends ValueType>(
  nest: Nest<T>,
  scope: Scope,
  known: Known<T>,
  accumulators: readonly Accumulator<T>[],
  axis: number,
  count: number,
  index?: Local<'i32'>,
): void => {
  const { kernel, lanes, lined, cursors, evaluation } = nest;
  const take = (inside: Scope, from: Known<T>, computed: number, taken: number): void => {
    const here: Known<T> = new Map(from);
    for (const [i, { body }] of kernel.reductions.entries()) {
      const value = evaluate(evaluation, inside, here, body, computed);
      accumulators[i]?.take(inside, value, taken, index ?? constant(0));
    }
  };
  if (axis === kernel.axes.length) {
    // The lanes are points of the domain: those that are none are never looked at.
    take(scope, known, count, lanes.width);
    return;
  }
  const size = kernel.axes[axis] ?? 0;
  const inner = kernel.axes.reduce((bits, _, each) => (each >= axis ? bits | (1 << each) : bits), 0);
  const hoisted: Known<T> = new Map(known);
  hoist(evaluation, scope, hoisted, kernel.reductions.map(({ body }) => body), inner, count);
  if (axis === lined) {
    const whole = Math.floor(size / lanes.width);
    repeat(scope, whole, (inside) => {
      take(inside, hoisted, lanes.width, lanes.width);
      inside.run(...cursors.advance(axis, lanes.width));
    });
    if (size % lanes.width > 0) take(scope, hoisted, size % lanes.width, size % lanes.width);
    scope.run(...cursors.advance(axis, -whole * lanes.width));
    return;
  }
  const counter = scope.hold(constant(0));
  repeat(scope, size, (inside) => {
    reduce(nest, inside, hoisted, accumulators, axis + 1, count, counter);
    inside.run(...cursors.advance(axis, 1), set(counter, i32.add(counter, constant(1))));
  });
  scope.run(...cursors.advance(axis, -size));
};

const write = <T extends ValueType>(
  evaluation: Evaluation<T>,
  scope: Scope,
  known: Known<T>,
  { value: target, dtype, at, mode }: Store,
  value: Expr<T>,
  count: number,
): void => {
  const { lanes, cursors, placeOf, vectorAxis: lined } = evaluation;
  const bytes = bytesOf[dtype];
  const step = (at.strides[lined ?? -1] ?? 0) * bytes;
  const address = cursors.address(at, bytes, placeOf(target));
  if (mode === 'set') {
    scope.run(...lanes.store(dtype, address, step, count, value));
    return;
  }
  const added = (inside: Scope, place: typeof address): void => {
    const old = lanes.load(inside, dtype, place, step, count);
    const sum = inside.hold(lanes.apply(inside, 'add', dtype, dtype, [old, value]));
    inside.run(...lanes.store(dtype, place, step, count, sum));
  };
  if (mode === 'add') {
    added(scope, address);
    return;
  }
  const index = scope.hold(lanes.first(evaluate(evaluation, scope, known, mode.scatter, count)));
  const target_ = i32.add(address.base, i32.mul(index, constant(mode.stride * bytes)));
  const inside = scope.inner((then) => added(then, { base: then.hold(target_), offset: address.offset }));
  scope.run(when(i32.ltU(index, constant(mode.size)), inside));
};
