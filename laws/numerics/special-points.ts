/** N-4: nothing breaks at zeros, ties, equal rows, the ends of a range and large numbers. */
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import type { Point } from '../arbitrary/point.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Place, Vector } from '../map/vector.js';

const finite = (
  { name }: NumericMap,
  what: string,
  places: readonly Place[],
  vector: Vector,
  arrangement: string,
): Verdict => {
  for (const [leaf, data] of vector.entries()) {
    const index = data.findIndex((each: number) => !Number.isFinite(each));
    if (index < 0) continue;
    return broken({
      law: 'N-4',
      subject: name,
      what: `the ${what} is not finite where the argument is ${arrangement}`,
      path: places[leaf]?.path,
      index,
      got: data[index],
      expected: 'a finite number',
      hint: '0/0 of a length or a spread that is 0, or the root of 0: add an ε inside, or choose with select; an exponential of a large number: take the largest away first; narrow the range with low and high if such arguments are not meant',
    });
  }
  return holds;
};

const tooLarge = (vector: Vector): boolean =>
  vector.some((data) =>
    data.some((each: number) => Number.isFinite(each) && !Number.isFinite(Math.fround(each))),
  );

/** Whether a number of the value or the gradient is too large for float32, as float64 has them. */
const beyondSingle = (exact: NumericMap, { x }: Point['special'], w: Vector): boolean =>
  tooLarge(exact.forward(x)) || tooLarge(exact.backward(x, w));

/**
 * N-4. f(x) and R[f](x, w) are finite at special points of the range: zeros, a zero row, equal numbers, equal rows,
 * the ends; and at large numbers, unless float32 does not hold what float64, which is `exact`, gives
 */
export const finiteAtSpecialPoint = (
  map: NumericMap,
  { special, w }: Pick<Point, 'special' | 'w'>,
  exact: NumericMap = map,
): Verdict => {
  const { x, arrangement } = special;
  // e¹⁰⁰ is no float32, and no mistake.
  if (arrangement === 'large' && beyondSingle(exact, special, w)) return holds;
  return every([
    () => finite(map, 'value', map.codomain, map.forward(x), arrangement),
    () => finite(map, 'gradient', map.domain, map.backward(x, w), arrangement),
  ]);
};
