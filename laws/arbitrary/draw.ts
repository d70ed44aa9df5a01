/** Choices that shrink: what every example of the suite is made of. */
import type fc from 'fast-check';
import { fastCheck } from '../fast-check.js';
import type { Draw } from '../../src/tensor/primitive/primitive.js';
import type { Shape } from '../../src/tensor/shape.js';

/** The choices of the primitives' samples, and numbers to fill tensors with. */
export interface Sampler extends Draw {
  /** Whole numbers, bounds included. */
  readonly integers: (count: number, low: number, high: number) => readonly number[];
  /** Numbers on a grid fine enough that ties are rare, each exact in float32. */
  readonly numbers: (count: number, low: number, high: number) => readonly number[];
  /** A value of any arbitrary. */
  readonly value: <T>(arbitrary: fc.Arbitrary<T>) => T;
}

/** Sizes, small ones first, which is where shrinking ends; 0, 1, primes and what no tile divides. */
const SIZES = [1, 2, 3, 0, 5, 2, 3, 4, 7, 1, 9] as const;

/** No tensor of more elements than this is drawn. */
const LARGEST = 300;

const plainIntegers = (low: number, high: number): fc.Arbitrary<number> =>
  fastCheck.integer({ min: low, max: high });

/** Without bias: the ends of a range are no likelier than its middle, so kinks and ties stay rare. */
const lattice = (count: number, low: number, high: number): fc.Arbitrary<number[]> =>
  fastCheck.noBias(fastCheck.array(plainIntegers(low, high), { minLength: count, maxLength: count }));

const indexBelow = (count: number): fc.Arbitrary<number> => fastCheck.noBias(fastCheck.nat(count - 1));

/** 20 bits of a range: exact in float32, and coarse enough to be read. */
const gridOf = (low: number, high: number): number =>
  2 ** (Math.ceil(Math.log2(Math.max(Math.abs(low), Math.abs(high), Number.MIN_VALUE))) - 20);

/** One drawing in a hundred is of round numbers; shrinking gets there at once, so failures are shown in those. */
const ROUND = 17;

/** Multiples of 2¹⁷ nearby, within the bounds, where there are any; 0 and never −0, which has laws of its own. */
const rounded = (n: number, low: number, high: number): number => {
  const [least, most] = [Math.ceil(low / 2 ** ROUND), Math.floor(high / 2 ** ROUND)];
  return least > most ? n : Math.min(most, Math.max(least, Math.round(n / 2 ** ROUND))) * 2 ** ROUND + 0;
};

/** A sampler whose choices are those of a generator. */
export const samplerOf = (g: fc.GeneratorValue): Sampler => {
  const pick: Draw['pick'] = (choices) => choices[g(indexBelow, choices.length)];
  const integers: Sampler['integers'] = (count, low, high) =>
    count === 0 ? [] : g(lattice, count, low, Math.max(low, high));
  const shape: Draw['shape'] = (rank) => {
    const wanted = rank ?? g(indexBelow, 4);
    const sizes: number[] = [];
    for (let axis = 0, size = 1; axis < wanted; axis++) {
      const drawn = SIZES[g(indexBelow, SIZES.length)] ?? 1;
      sizes.push(size * drawn > LARGEST ? 1 : drawn);
      size *= Math.max(1, sizes.at(-1) ?? 1);
    }
    return sizes satisfies Shape;
  };
  return {
    integer: (low, high) => g(plainIntegers, low, Math.max(low, high)),
    shape,
    pick,
    integers,
    numbers: (count, low, high) => {
      const step = gridOf(low, high);
      const [least, most] = [Math.ceil(low / step), Math.floor(high / step)];
      const round = count > 0 && g(indexBelow, 100) === 0;
      return integers(count, least, most).map((n) => (round ? rounded(n, least, most) : n) * step);
    },
    value: (arbitrary) => g(() => arbitrary),
  };
};

/**
 * The arbitrary of what a function makes of choices. It shrinks to smaller choices: small shapes, few and
 * small numbers.
 *
 * @example
 * const pairs = drawing(({ integer }) => [integer(0, 9), integer(0, 9)] as const);
 */
export const drawing = <T>(make: (sampler: Sampler) => T): fc.Arbitrary<T> =>
  fastCheck.gen().map((g) => make(samplerOf(g)));
