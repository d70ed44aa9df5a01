/** What a loop kernel does at one point of its domain: its reductions, its expressions, its stores. */
import { required } from '../../require.js';
import { type Expression, expressionsBelow, type LoopKernel, type Store } from '../../kernel/kernel.js';
import { bytesOf } from '../../tensor/dtype.js';
import { displaced, indexed, type Cursors } from './cursors.js';
import { type Expr, i32 as constant, type Local, type Scope, set, type ValueType, when } from './emitter.js';
import { evaluate, type Evaluation, hoist, type Known } from './expression-code.js';
import { i32 } from './instructions.js';
import type { Accumulator, Lanes } from './lanes.js';
import { repeat } from './loops.js';

/** A kernel whose loops are being written. */
export interface Nest<T extends ValueType> {
  readonly kernel: LoopKernel;
  /** All that it computes at a point, parts first. */
  readonly expressions: readonly Expression[];
  readonly lanes: Lanes<T>;
  /** The axis that goes into lanes. */
  readonly lined: number | undefined;
  readonly cursors: Cursors;
  readonly tileCursor: Local<'i32'> | undefined;
  readonly evaluation: Evaluation<T>;
}

/** What happens at one point of the domain, or at `count` of them side by side, `vectors` times over. */
export const point = <T extends ValueType>(
  nest: Nest<T>,
  scope: Scope,
  known: Known<T>,
  count: number,
  vectors = 1,
): void => {
  const { kernel, lanes, lined } = nest;
  const crosses = lined !== undefined && lined >= kernel.domain;
  const shifts = Array.from({ length: vectors }, (_, i) => i * lanes.width);
  const accumulators = shifts.map(() =>
    kernel.reductions.map(({ combine, body }) => lanes.accumulator(scope, combine, body.dtype)),
  );
  if (kernel.reductions.length > 0 && !kernel.axes.slice(kernel.domain).includes(0))
    reduce({ nest, accumulators, count }, scope, known, kernel.domain);
  // All is read before anything is written: a store may be in the place of what another one reads.
  const writes = shifts.flatMap((shift, i) => {
    const reduced = required(accumulators[i], 'the reductions').map((each) =>
      crosses ? each.across(scope) : each.each(scope),
    );
    const evaluation = { ...nest.evaluation, reduced, shift };
    const here: Known<T> = new Map(known);
    return kernel.stores.map((store) => {
      const value = evaluate(evaluation, scope, here, store.expression, count);
      return () => write(evaluation, scope, here, store, value, count);
    });
  });
  for (const each of writes) each();
};

/** Reductions under way: of each vector side by side, of each reduction. */
interface Reducing<T extends ValueType> {
  readonly nest: Nest<T>;
  readonly accumulators: readonly (readonly Accumulator<T>[])[];
  readonly count: number;
}

/** The loops over the reduced axes, from `axis` on. */
const reduce = <T extends ValueType>(
  reducing: Reducing<T>,
  scope: Scope,
  known: Known<T>,
  axis: number,
  index?: Local<'i32'>,
): void => {
  const { nest, accumulators, count } = reducing;
  const { kernel, lanes, lined, cursors, evaluation } = nest;
  const bodies = kernel.reductions.map(({ body }) => body);
  const below = expressionsBelow(bodies);
  const sideBySide = accumulators.length > 1;
  const take = (inside: Scope, from: Known<T>, computed: number, taken: number): void => {
    const shared: Known<T> = new Map(from);
    if (sideBySide && lined !== undefined) hoist(evaluation, inside, shared, below, 1 << lined, computed);
    for (const [i, ofVector] of accumulators.entries()) {
      const here: Known<T> = new Map(shared);
      const shifted = { ...evaluation, shift: i * lanes.width };
      for (const [j, body] of bodies.entries())
        required(ofVector[j], 'a reduction').take(
          inside,
          evaluate(shifted, inside, here, body, computed),
          taken,
          index ?? constant(0),
        );
    }
  };
  if (axis === kernel.axes.length) {
    // The lanes are points of the domain: those that are none are never looked at.
    take(scope, known, count, lanes.width);
    return;
  }
  const size = required(kernel.axes[axis], 'an axis');
  const inner = kernel.axes.reduce((bits, _, each) => (each >= axis ? bits | (1 << each) : bits), 0);
  // What differs from vector to vector has no one value that could be computed beforehand.
  const apart = sideBySide && lined !== undefined ? 1 << lined : 0;
  const hoisted: Known<T> = new Map(known);
  hoist(evaluation, scope, hoisted, below, inner | apart, count);
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
    reduce(reducing, inside, hoisted, axis + 1, counter);
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
  const { lanes, cursors, placeOf, shift, vectorAxis: lined } = evaluation;
  const bytes = bytesOf[dtype];
  const step = lined === undefined ? 0 : required(at.strides[lined], 'a stride') * bytes;
  const address = displaced(cursors.address(at, bytes, placeOf(target)), shift * step);
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
  const { base, offset } = indexed(address, index, mode.stride * bytes);
  const inside = scope.inner((then) => added(then, { base: then.hold(base), offset }));
  scope.run(when(i32.ltU(index, constant(mode.size)), inside));
};
