/**
 * One element at a time, for kernels with float64 in them: the slow path. A float64 is itself; everything
 * else is in the first lane of a vector, and done by the code that does four.
 */
import { indexed } from './address.js';
import type { PointwiseName } from '../../kernel/kernel.js';
import type { DType } from '../../tensor/dtype.js';
import { callFor, choose, type Expr, type Scope, set } from './emitter.js';
import { isHostFunction } from './host-functions.js';
import { f32, f32x4, f64, i32, i32x4, load, store, v128 } from './instructions.js';
import type { Accumulator, Combine, Gather, Lanes, Library } from './lanes.js';
import { vectorLanes } from './vector-lanes.js';

type Either = 'f64' | 'v128';
type E = Expr<Either>;
type D = Expr<'f64'>;

const ZERO = f64.const(0);

const asFloat64 = (value: E | undefined): D => {
  if (value?.type !== 'f64') throw new RangeError('wasm: no float64');
  return { type: 'f64', code: value.code };
};

const asVector = (value: E | undefined): Expr<'v128'> => {
  if (value?.type !== 'v128') throw new RangeError('wasm: no vector');
  return { type: 'v128', code: value.code };
};

const truth = (condition: Expr<'i32'>): Expr<'v128'> => i32x4.splat(i32.sub(i32.const(0), condition));

const isNumber = (a: D): Expr<'i32'> => f64.eq(a, a);

const arithmetic = (library: Library, scope: Scope, name: PointwiseName, inputs: readonly E[]): E => {
  if (name === 'select')
    return choose(i32x4.lane(asVector(inputs[0]), 0), asFloat64(inputs[1]), asFloat64(inputs[2]));
  const a = asFloat64(inputs[0]);
  const b = inputs.length > 1 ? asFloat64(inputs[1]) : ZERO;
  if (isHostFunction(name)) return callFor(library.imported(name), 'f64', a);
  switch (name) {
    case 'negate':
      return f64.neg(a);
    case 'add':
      return f64.add(a, b);
    case 'subtract':
      return f64.sub(a, b);
    case 'multiply':
      return f64.mul(a, b);
    case 'divide':
      return f64.div(a, b);
    case 'abs':
      return f64.abs(a);
    case 'sign': {
      const stays = i32.or(f64.eq(a, ZERO), i32.isZero(isNumber(a)));
      return choose(stays, a, f64.copysign(f64.const(1), a));
    }
    case 'floor':
      return f64.floor(a);
    case 'maximum':
      return f64.max(a, b);
    case 'minimum':
      return f64.min(a, b);
    case 'equal':
      return truth(f64.eq(a, b));
    case 'less':
      return truth(f64.lt(a, b));
    case 'lessOrEqual':
      return truth(f64.le(a, b));
    case 'sqrt':
      return f64.sqrt(a);
    case 'sigmoid': {
      const power = scope.hold(callFor(library.imported('exp'), 'f64', f64.neg(f64.abs(a))));
      return f64.div(choose(f64.le(ZERO, a), f64.const(1), power), f64.add(f64.const(1), power));
    }
    default:
      throw new RangeError(`wasm: no float64 code for ${name}`);
  }
};

const fromFloat64 = (a: D, to: DType): E => {
  switch (to) {
    case 'float64':
      return a;
    case 'float32':
      return f32x4.splat(f32.demote(a));
    case 'int32':
      return i32x4.splat(i32.truncF64S(a));
    case 'uint32':
      return i32x4.splat(i32.truncF64U(a));
    case 'bool':
      return truth(f64.ne(a, ZERO));
  }
};

const toFloat64 = (a: Expr<'v128'>, from: DType): D => {
  if (from === 'float32') return f64.promote(f32x4.lane(a, 0));
  const whole = i32x4.lane(a, 0);
  if (from === 'uint32') return f64.convertU(whole);
  return f64.convertS(from === 'bool' ? i32.and(whole, i32.const(1)) : whole);
};

const float64Accumulator = (scope: Scope, combine: Combine): Accumulator<Either> => {
  const total = scope.hold(combine === 'max' || combine === 'argmax' ? f64.const(-Infinity) : ZERO);
  const place = scope.local('v128');
  const take: Accumulator<Either>['take'] = (inside, element, _, index) => {
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
  const result = (): E => (combine === 'argmax' ? place : total);
  return { take, each: result, across: result };
};

export const float64Lanes = (library: Library): Lanes<Either> => {
  const vectors = vectorLanes(library);
  const vectorGather = (gather: Gather<Either>): Gather<'v128'> => ({
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
      if (name === 'cast' && from === 'float64') return fromFloat64(asFloat64(inputs[0]), to);
      if (name === 'cast' && to === 'float64') return toFloat64(asVector(inputs[0]), from);
      if (from === 'float64') return scope.hold(arithmetic(library, scope, name, inputs));
      return vectors.apply(scope, name, from, to, inputs.map(asVector));
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
