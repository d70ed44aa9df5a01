/** RD.5 of what is written as one: a stable or fast form against the composition that it stands for. */
import type { Point } from '../arbitrary/point.js';
import { normWise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { sameMap } from '../map/same-map.js';

/** Value and backward of a fused map are those of the composition, in float64, relative 1e-12. */
export const fusedIsComposed = (
  fused: NumericMap,
  composed: NumericMap,
  point: Pick<Point, 'x' | 'w'>,
  rtol = 1e-12,
): Verdict =>
  sameMap(fused, composed, point, normWise({ rtol, atol: rtol }), {
    law: 'RD.5',
    forward: 'the fused value is not the composed one',
    backward: 'the fused backward is not the composed one',
  });
