/** Where a law looks at a map: an argument, cotangents of its result, and directions. */
import { fastCheck } from '../fast-check.js';
import { allocate, type Data, isFloat } from '../../src/tensor/dtype.js';
import { sizeOf } from '../../src/tensor/shape.js';
import type { Spec } from '../../src/tensor/primitive/primitive.js';
import type { NumericMap } from '../map/numeric-map.js';
import { showVector, unit, type Vector } from '../map/vector.js';
import type { Sampler } from './draw.js';
import { arranged, drawArrangement } from './special.js';
import type { Range } from './specification.js';

export interface Point {
  /** The argument. */
  readonly x: Vector;
  /** Cotangents of the result: zero, one-hot, powers of two, or random. */
  readonly w: Vector;
  readonly other: Vector;
  /** Directions of length 1 over the whole argument. */
  readonly u: Vector;
  readonly v: Vector;
  /** A power of two, for scales that round nothing. */
  readonly exponent: number;
  /** An argument at which functions break, and how its numbers are arranged. */
  readonly special: { readonly x: Vector; readonly arrangement: string };
}

const filled = ({ shape, dtype }: Spec, numbers: readonly number[]): Data => {
  const data = allocate(dtype, sizeOf(shape));
  data.set(numbers);
  return data;
};

/** Numbers of a range; whole ones where the dtype has no others. */
export const drawData = (sampler: Sampler, range: Range): Data => {
  const { shape, dtype, low, high } = range;
  const draw = isFloat(dtype) ? sampler.numbers : sampler.integers;
  return filled(range, draw(sizeOf(shape), dtype === 'uint32' ? Math.max(0, low) : low, high));
};

/** Whole numbers of a range, whatever the dtype: sums of few products of them are exact in float32. */
export const drawLattice = (sampler: Sampler, { shape, dtype, low, high }: Range): Data =>
  filled(
    { shape, dtype },
    sampler.integers(sizeOf(shape), Math.max(-8, Math.ceil(low)), Math.min(8, Math.floor(high))),
  );

const zeroLeaf = ({ shape, dtype }: Spec): Data => allocate(dtype, sizeOf(shape));

/** A cotangent for each leaf; zeros for those that are no floats. */
export const drawCotangent = (sampler: Sampler, places: readonly Spec[]): Vector => {
  const kind = sampler.pick(['random', 'random', 'random', 'one-hot', 'powers', 'zero']);
  const floats = places.filter(({ dtype }) => isFloat(dtype));
  const hot = kind === 'one-hot' && floats.length > 0 ? sampler.integer(0, floats.length - 1) : -1;
  return places.map((place) => {
    const count = sizeOf(place.shape);
    if (!isFloat(place.dtype) || count === 0 || kind === 'zero') return zeroLeaf(place);
    switch (kind) {
      case 'one-hot': {
        const data = zeroLeaf(place);
        if (floats[hot] === place) data[sampler.integer(0, count - 1)] = 1;
        return data;
      }
      case 'powers':
        return filled(
          place,
          sampler.integers(count, -6, 6).map((power) => (power % 2 === 0 ? 1 : -1) * 2 ** power),
        );
      case 'random':
        return filled(place, sampler.numbers(count, -2, 2));
    }
  });
};

/** A direction of length 1 over all floats of a tree. */
export const drawDirection = (sampler: Sampler, places: readonly Spec[]): Vector => {
  const raw = places.map(({ shape, dtype }) => {
    const count = sizeOf(shape);
    return isFloat(dtype) ? Float64Array.from(sampler.numbers(count, -1, 1)) : allocate(dtype, count);
  });
  const direction = unit(raw);
  // Where shrinking has left no direction, all ones are one.
  const none = raw.every((data) => data.every((x: number) => x === 0));
  return none ? unit(raw.map((data) => (data instanceof Float64Array ? data.fill(1) : data))) : direction;
};

/**
 * A special argument. Where there is something to begin with, such as what `init` makes, the leaf is that or drawn:
 * zeros for all weights are no point of a layer that divides by one.
 */
const drawSpecial = (
  sampler: Sampler,
  ranges: readonly Range[],
  initial: readonly (Data | undefined)[],
): Point['special'] => {
  const arrangement = drawArrangement(sampler);
  const begins = sampler.integer(0, 1) === 0;
  const x = ranges.map((range, i) => {
    const first = initial[i];
    const drawn = drawData(sampler, range);
    if (first === undefined) return arranged(sampler, range, drawn, arrangement);
    return begins ? first : drawn;
  });
  return { x, arrangement };
};

/** A point of a map whose argument's leaves are drawn from these ranges. */
export const drawPoint = (
  sampler: Sampler,
  map: NumericMap,
  ranges: readonly Range[],
  initial: readonly (Data | undefined)[] = [],
): Point => ({
  x: ranges.map((range) => drawData(sampler, range)),
  w: drawCotangent(sampler, map.codomain),
  other: drawCotangent(sampler, map.codomain),
  u: drawDirection(sampler, map.domain),
  v: drawDirection(sampler, map.domain),
  exponent: sampler.integer(-8, 8),
  special: drawSpecial(sampler, ranges, initial),
});

/** A map at a point, shown in failures as a person would write it down. */
export interface MapAtPoint {
  readonly map: NumericMap;
  readonly point: Point;
}

/** The same, with a description in place of its insides where a failure shows it. */
export const shown = <T extends MapAtPoint>(example: T): T => ({
  ...example,
  [fastCheck.toStringMethod]: () => {
    const { map, point } = example;
    return `${map.name} at ${showVector(map.domain, point.x)}; cotangent ${showVector(map.codomain, point.w)}`;
  },
});
