/** S-6 and S-7: a mean over the batch is the mean of its chunks, in whatever order. */
import { same } from '../base/compare.js';
import { type Equality, normWise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { labelled, scaled, type Vector } from '../map/vector.js';
import { gradientAt, lossAt } from './family.js';
import { chunksOf, floatsOf, meanOf, permuted } from './rows.js';

/** Sums in another order, in float64. */
const reordered = normWise({ rtol: 1e-9, atol: 1e-12 });

const floatPlaces = ({ domain }: NumericMap): NumericMap['domain'] =>
  domain.filter(({ dtype }) => dtype === 'float32' || dtype === 'float64');

/**
 * S-7. The order of the batch does not matter: l(πy, πt) = l(y, t)
 */
export const permutationInvariant = (
  map: NumericMap,
  x: Vector,
  order: readonly number[],
  equality: Equality = reordered,
): Verdict =>
  same(equality, lossAt(map, permuted(map.domain, x, order)), lossAt(map, x), {
    law: 'S-7',
    subject: map.name,
    what: `the batch in order ${order.join(', ')} has another value (${equality.name})`,
    hint: 'an index along the batch, or a row that is weighed by its place',
  });

/**
 * S-7, of the gradient: ∂l(πy, πt) = π∂l(y, t)
 */
export const gradientPermutes = (
  map: NumericMap,
  x: Vector,
  order: readonly number[],
  equality: Equality = reordered,
): Verdict => {
  const got = gradientAt(map, permuted(map.domain, x, order));
  const expected = permuted(map.domain, gradientAt(map, x), order);
  const [places, floats] = [floatPlaces(map), (all: Vector) => floatsOf(map.domain, all)];
  return same(equality, labelled(places, floats(got)), labelled(places, floats(expected)), {
    law: 'S-7',
    subject: map.name,
    what: `the gradient of the batch in order ${order.join(', ')} is not that of its rows (${equality.name})`,
    hint: 'a row gets the gradient of another row',
  });
};

/**
 * S-6. The mean over n chunks of one size is the mean of their means: l(x) = Σᵢ l(xᵢ)/n
 */
export const meanOfChunks = (
  map: NumericMap,
  part: NumericMap,
  x: Vector,
  count: number,
  equality: Equality = reordered,
): Verdict =>
  same(equality, lossAt(map, x), meanOf(chunksOf(x, count).map((chunk) => lossAt(part, chunk))), {
    law: 'S-6',
    subject: map.name,
    what: `a batch is not the mean of its ${count} equal chunks (${equality.name})`,
    hint: 'a sum where a mean is meant, a mean over another count, or rows counted that are none',
  });

/**
 * S-6, of the gradient: each chunk has 1/n of its own, ∂l(x)ᵢ = ∂l(xᵢ)/n
 */
export const gradientOfChunks = (
  map: NumericMap,
  part: NumericMap,
  x: Vector,
  count: number,
  equality: Equality = reordered,
): Verdict => {
  const [places, floats] = [floatPlaces(part), (all: Vector) => floatsOf(map.domain, all)];
  const of = (chunks: readonly Vector[]): unknown => chunks.map((each) => labelled(places, floats(each)));
  const parts = chunksOf(x, count).map((chunk) => scaled(1 / count, gradientAt(part, chunk)));
  return same(equality, of(chunksOf(gradientAt(map, x), count)), of(parts), {
    law: 'S-6',
    subject: map.name,
    what: `the gradient of a batch is not that of its ${count} equal chunks (${equality.name})`,
    hint: 'a gradient that is not divided by the batch, or rows counted that are none',
  });
};
