/** Four lanes of 32 bits. An element's value never depends on the lane it is in, nor on its neighbours. */
import { range } from '../../tensor/shape.js';
import type { DType } from '../../tensor/dtype.js';
import { displaced, indexed } from './cursors.js';
import type { Expr, Scope, Statement } from './emitter.js';
import { type Address, f32x4, i32x4, load, narrow, store, v128 } from './instructions.js';
import type { Gather, Lanes, Library } from './lanes.js';
import { ruleOf } from './pointwise-rules.js';
import { randomWords } from './vector-random.js';
import { vectorAccumulator } from './vector-reductions.js';

type V = Expr<'v128'>;

const literal = (dtype: DType, value: number): V => {
  if (dtype === 'float32') return f32x4.const(value);
  return i32x4.const(dtype === 'bool' ? -Number(value !== 0) : value);
};

const isTrue = (bytes: V): V => i32x4.ne(bytes, v128.zero);

/** Loads may read beyond the last element, into lanes that nobody looks at; memory has room behind its end. */
const loadLanes = (scope: Scope, dtype: DType, address: Address, step: number, count: number): V => {
  if (dtype === 'bool') {
    if (step === 0) return scope.hold(narrow.bytesSplatNonZero(load.splatByte(address)));
    if (step === 1) return scope.hold(isTrue(narrow.widenShorts(narrow.widenBytes(load.only32(address)))));
    const bytes = range(count).reduce<V>(
      (lanes, each) => load.laneByte(displaced(address, each * step), lanes, each * 4),
      v128.zero,
    );
    return scope.hold(isTrue(bytes));
  }
  if (step === 0) return scope.hold(load.splat32(address));
  if (step === 4 && count > 1) return scope.hold(load.v128(address));
  return scope.hold(
    range(count).reduce<V>(
      (lanes, each) => load.lane32(displaced(address, each * step), lanes, each),
      v128.zero,
    ),
  );
};

const storeLanes = (
  dtype: DType,
  address: Address,
  step: number,
  count: number,
  value: V,
): readonly Statement[] => {
  if (dtype === 'bool') {
    const ones = v128.and(value, i32x4.const(1));
    const shorts = narrow.toShorts(ones, v128.zero);
    const bytes = narrow.toBytes(shorts, v128.zero);
    if (step === 1 && count === 4) return [store.lane32(address, bytes, 0)];
    return range(count).map((each) => store.laneByte(displaced(address, each * step), bytes, each));
  }
  if (step === 4 && count === 4) return [store.v128(address, value)];
  return range(count).map((each) => store.lane32(displaced(address, each * step), value, each));
};

const gatherLanes = (scope: Scope, gather: Gather<'v128'>): V => {
  const { dtype, address, step, stride, index, uniform, size, count } = gather;
  const inside = scope.hold(i32x4.ltU(index, i32x4.const(size)));
  // Outside, element 0 stands in, so that no address leaves the memory; it is masked out.
  const safe = scope.hold(v128.and(index, inside));
  const addressOf = (lane: number): Address => {
    const { base, offset } = indexed(address, i32x4.lane(safe, lane), stride);
    return { base: scope.hold(base), offset };
  };
  const found = uniform
    ? loadLanes(scope, dtype, addressOf(0), step, count)
    : range(count).reduce<V>((lanes, lane) => {
        const place = displaced(addressOf(lane), lane * step);
        return dtype === 'bool' ? load.laneByte(place, lanes, lane * 4) : load.lane32(place, lanes, lane);
      }, v128.zero);
  const value = dtype === 'bool' && !uniform ? isTrue(found) : found;
  return scope.hold(v128.and(value, inside));
};

export const vectorLanes = (library: Library): Lanes<'v128'> => ({
  width: 4,
  literal,
  load: loadLanes,
  store: storeLanes,
  index: (start, step) => i32x4.add(i32x4.splat(start), i32x4.const(0, step, 2 * step, 3 * step)),
  first: (value) => i32x4.lane(value, 0),
  apply: (scope, name, from, to, [x = v128.zero, y = v128.zero, z = v128.zero]) =>
    ruleOf(name).lanes({ library, scope, from, to }, x, y, z),
  gather: gatherLanes,
  random: randomWords,
  accumulator: vectorAccumulator,
});
