/** F-17: a cell over time is the same whether its steps are written out or a loop. */
import type { Point } from '../arbitrary/point.js';
import type { Equality } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { sameMap } from '../map/same-map.js';

/**
 * F-17. scan(cell) is the composite of its steps with tied parameters, forward and backward: ≡ on whole numbers,
 * ≈ₙ in float64, where sums over time may be in another order.
 */
export const scanIsUnrolled = (
  scanned: NumericMap,
  unrolled: NumericMap,
  point: Pick<Point, 'x' | 'w'>,
  equality: Equality,
): Verdict =>
  sameMap(scanned, unrolled, point, equality, {
    law: 'F-17',
    forward: 'the loop does not give what its steps give',
    backward: 'the backward of the loop is not that of its steps',
  });
