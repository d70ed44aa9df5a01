/** Reductions over four lanes. Sums of float32 are kept in float64, so that their order hardly shows. */
import type { DType } from '../../tensor/dtype.js';
import { type Expr, type Scope, set } from './emitter.js';
import { f32, f32x4, f64, f64x2, i32x4, v128 } from './instructions.js';
import type { Accumulator, Combine } from './lanes.js';

type V = Expr<'v128'>;
type Vectors = Accumulator<'v128'>;

/** Ones in the first `count` lanes. */
const firstLanes = (count: number): V => {
  const lane = (i: number): number => (i < count ? -1 : 0);
  return i32x4.const(lane(0), lane(1), lane(2), lane(3));
};

/** Combines the lanes in pairs, so that every lane holds the result. */
const acrossLanes = (scope: Scope, value: V, combine: (a: V, b: V) => V): V => {
  const halves = scope.hold(value);
  const pairs = scope.hold(combine(halves, v128.shuffle(halves, halves, [2, 3, 0, 1])));
  return scope.hold(combine(pairs, v128.shuffle(pairs, pairs, [1, 0, 3, 2])));
};

const float32Sum = (scope: Scope): Vectors => {
  const [low, high] = [scope.hold(v128.zero), scope.hold(v128.zero)];
  return {
    take: (inside, value, count) => {
      const held = inside.hold(count < 4 ? v128.and(value, firstLanes(count)) : value);
      inside.run(
        set(low, f64x2.add(low, f64x2.promoteLow(held))),
        set(high, f64x2.add(high, f64x2.promoteLow(v128.shuffle(held, held, [2, 3, 2, 3])))),
      );
    },
    each: (inside) => inside.hold(v128.shuffle(f32x4.demote(low), f32x4.demote(high), [0, 1, 4, 5])),
    across: (inside) => {
      const both = inside.hold(f64x2.add(low, high));
      return inside.hold(f32x4.splat(f32.demote(f64.add(f64x2.lane(both, 0), f64x2.lane(both, 1)))));
    },
  };
};

/** A reduction that one instruction does, with what changes nothing where there is no element. */
const simple = (scope: Scope, neutral: V, combine: (a: V, b: V) => V): Vectors => {
  const total = scope.hold(neutral);
  return {
    take: (inside, value, count) => {
      const held = count < 4 ? v128.bitselect(value, neutral, firstLanes(count)) : value;
      inside.run(set(total, combine(total, held)));
    },
    each: () => total,
    across: (inside) => acrossLanes(inside, total, combine),
  };
};

const leastOf = (dtype: DType): V => {
  if (dtype === 'float32') return f32x4.const(-Infinity);
  return dtype === 'int32' ? i32x4.const(-(2 ** 31)) : v128.zero;
};

/** The first largest in each lane: a later one must be larger, or the first NaN. */
const argmax = (scope: Scope, dtype: DType): Vectors => {
  const best = scope.hold(leastOf(dtype));
  const place = scope.hold(v128.zero);
  return {
    take: (inside, value, _, index) => {
      const held = inside.hold(value);
      const isNaN = v128.and(f32x4.ne(held, held), f32x4.eq(best, best));
      const larger = dtype === 'uint32' ? i32x4.gtU(held, best) : i32x4.gtS(held, best);
      const better = inside.hold(dtype === 'float32' ? v128.or(f32x4.gt(held, best), isNaN) : larger);
      inside.run(set(best, v128.bitselect(held, best, better)));
      if (index !== undefined) inside.run(set(place, v128.bitselect(i32x4.splat(index), place, better)));
    },
    each: () => place,
    across: () => {
      throw new RangeError('wasm: argmax goes along its axis one by one');
    },
  };
};

/** `dtype` is that of the elements. */
export const vectorAccumulator = (scope: Scope, combine: Combine, dtype: DType): Vectors => {
  switch (combine) {
    case 'sum':
      return dtype === 'float32' ? float32Sum(scope) : simple(scope, v128.zero, i32x4.add);
    case 'dot':
      return simple(scope, v128.zero, dtype === 'float32' ? f32x4.add : i32x4.add);
    case 'max': {
      const unsigned = dtype === 'uint32' ? i32x4.maxU : i32x4.maxS;
      return simple(scope, leastOf(dtype), dtype === 'float32' ? f32x4.max : unsigned);
    }
    case 'argmax':
      return argmax(scope, dtype);
  }
};
