/** RD.5 of what is written as one: a stable or fast form against the composition that it stands for. */
import type { Point } from '../arbitrary/point.js';
import { same } from '../base/compare.js';
import { normWise } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { labelled } from '../map/vector.js';

/** Value and backward of a fused map are those of the composition, in float64, relative 1e-12. */
export const fusedIsComposed = (
  fused: NumericMap,
  composed: NumericMap,
  { x, w }: Pick<Point, 'x' | 'w'>,
  rtol = 1e-12,
): Verdict => {
  const equality = normWise({ rtol, atol: rtol });
  const claim = { law: 'RD.5', subject: fused.name } as const;
  return every([
    () =>
      same(
        equality,
        labelled(fused.codomain, fused.forward(x)),
        labelled(fused.codomain, composed.forward(x)),
        {
          ...claim,
          what: 'the fused value is not the composed one',
        },
      ),
    () =>
      same(
        equality,
        labelled(fused.domain, fused.backward(x, w)),
        labelled(fused.domain, composed.backward(x, w)),
        {
          ...claim,
          what: 'the fused backward is not the composed one',
        },
      ),
  ]);
};
