/** S-2: the mean squared error is a distance, squared and averaged over all elements. */
import { same } from '../base/compare.js';
import { bitwise, numerically } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { scaled, type Vector } from '../map/vector.js';
import { gradientAt, lossAt } from './family.js';

/** a + c, element by element */
const shifted = (data: Vector[number], c: number): Vector[number] => data.map((x: number) => x + c);

/**
 * S-2, of whole numbers: l(y, t) ≡ l(t, y), l(y + c, t + c) ≡ l(y, t), l(t + c, t) ≡ c², and so ∂₁l ≡ −∂₂l
 */
export const squaredDistance = (map: NumericMap, [y, t]: Vector, c: number): Verdict => {
  if (y === undefined || t === undefined) throw new TypeError('squaredDistance: needs y and t');
  const claim = (what: string, hint: string): Parameters<typeof same>[3] => ({
    law: 'S-2',
    subject: map.name,
    what,
    hint,
  });
  const moved = lossAt(map, [shifted(y, c), shifted(t, c)]);
  const [once, other] = [lossAt(map, [y, t]), lossAt(map, [t, y])];
  const [first, second] = gradientAt(map, [y, t]);
  return every([
    () => same(bitwise, other, once, claim('prediction and target are not alike', 'a sign, or a weight')),
    () => same(bitwise, moved, once, claim('moving both changes the loss', 'not of the difference alone')),
    () =>
      same(
        bitwise,
        lossAt(map, [shifted(t, c), t]),
        c * c,
        claim(`of a difference of ${c} everywhere not its square`, 'a factor, or a mean over another count'),
      ),
    () =>
      same(
        numerically,
        [first],
        scaled(-1, second === undefined ? [] : [second]),
        claim('the gradients of prediction and target are not opposite', 'a slot is wrong, or not derived'),
      ),
  ]);
};
