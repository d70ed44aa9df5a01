/**
 * One element at a time, for kernels with float64 in them: the slow path. A float64 is itself; everything
 * else is in the first lane of a vector, and done by the code that does four.
 */
import { indexed } from './cursors.js';
import { choose, type Expr, type Scope, set } from './emitter.js';
import { f64, i32, i32x4, load, store, v128 } from './instructions.js';
import type { Accumulator, Combine, Gather, Lanes, Library } from './lanes.js';
import { asFloat64, asVector, type Either, ruleOf, truth } from './pointwise-rules.js';
import { vectorLanes } from './vector-lanes.js';

type Mixed = Either['type'];

const ZERO = f64.const(0);

const isNumber = (a: Expr<'f64'>): Expr<'i32'> => f64.eq(a, a);

const float64Accumulator = (scope: Scope, combine: Combine): Accumulator<Mixed> => {
  const total = scope.hold(combine === 'max' || combine === 'argmax' ? f64.const(-Infinity) : ZERO);
  const place = scope.local('v128');
  const take: Accumulator<Mixed>['take'] = (inside, element, _, index) => {
    const value = inside.hold(asFloat64(element));
    if (combine !== 'argmax') {
      inside.run(set(total, combine === 'max' ? f64.max(total, value) : f64.add(total, value)));
      return;
    }
    const firstNaN = i32.and(i32.isZero(isNumber(value)), isNumber(total));
    const better = inside.hold(i32.or(f64.gt(value, total), firstNaN));
    inside.run(set(total, choose(better, value, total)));
    const here = i32x4.splat(index ?? i32.const(0));
    inside.run(set(place, v128.bitselect(here, place, truth(better))));
  };
  const result = (): Either => (combine === 'argmax' ? place : total);
  return { take, each: result, across: result };
};

export const float64Lanes = (library: Library): Lanes<Mixed> => {
  const vectors = vectorLanes(library);
  const vectorGather = (gather: Gather<Mixed>): Gather<'v128'> => ({
    ...gather,
    index: asVector(gather.index),
  });
  return {
    width: 1,
    literal: (dtype, value) => (dtype === 'float64' ? f64.const(value) : vectors.literal(dtype, value)),
    load: (scope, dtype, address) =>
      dtype === 'float64' ? scope.hold(load.f64(address)) : vectors.load(scope, dtype, address, 0, 1),
    store: (dtype, address, step, _, value) =>
      dtype === 'float64'
        ? [store.f64(address, asFloat64(value))]
        : vectors.store(dtype, address, step, 1, asVector(value)),
    index: vectors.index,
    first: (value) => vectors.first(asVector(value)),
    apply: (scope, name, from, to, inputs) => {
      if (from !== 'float64' && to !== 'float64')
        return vectors.apply(scope, name, from, to, inputs.map(asVector));
      const [x = ZERO, y = ZERO, z = ZERO] = inputs;
      return ruleOf(name).float64({ library, scope, from, to }, x, y, z);
    },
    gather: (scope, gather) => {
      if (gather.dtype !== 'float64') return vectors.gather(scope, vectorGather({ ...gather, count: 1 }));
      const { address, stride, size } = gather;
      const index = scope.hold(i32x4.lane(asVector(gather.index), 0));
      const inside = scope.hold(i32.ltU(index, i32.const(size)));
      const found = load.f64(indexed(address, choose(inside, index, i32.const(0)), stride));
      return scope.hold(choose(inside, found, ZERO));
    },
    random: (scope, [first, second], word) =>
      vectors.random(scope, [asVector(first), asVector(second)], asVector(word)),
    accumulator: (scope, combine, dtype) => {
      if (dtype === 'float64') return float64Accumulator(scope, combine);
      const inner = vectors.accumulator(scope, combine, dtype);
      return {
        ...inner,
        take: (inside, value, count, index) => inner.take(inside, asVector(value), count, index),
      };
    },
  };
};
