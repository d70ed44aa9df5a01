/** Two maps that must be the same one, forward and backward. */
import type { Point } from '../arbitrary/point.js';
import { same } from '../base/compare.js';
import type { Equality } from '../base/equality.js';
import { every, type Finding, type Verdict } from '../base/verdict.js';
import type { NumericMap } from './numeric-map.js';
import { labelled } from './vector.js';

/** Whether values and backwards at a point are equal; `claim` says of what law, and what it is if not. */
export const sameMap = (
  got: NumericMap,
  expected: NumericMap,
  { x, w }: Pick<Point, 'x' | 'w'>,
  equality: Equality,
  {
    forward,
    backward,
    ...claim
  }: Pick<Finding, 'law'> & { readonly forward: string; readonly backward: string },
): Verdict =>
  every([
    () =>
      same(equality, labelled(got.codomain, got.forward(x)), labelled(got.codomain, expected.forward(x)), {
        ...claim,
        subject: got.name,
        what: forward,
      }),
    () =>
      same(
        equality,
        labelled(got.domain, got.backward(x, w)),
        labelled(got.domain, expected.backward(x, w)),
        {
          ...claim,
          subject: got.name,
          what: backward,
        },
      ),
  ]);
