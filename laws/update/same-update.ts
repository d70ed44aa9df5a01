/** O-6: two updates that are one, such as momentum of which nothing is kept and plain gradient descent. */
import { same } from '../base/compare.js';
import { type Equality, numerically } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import { labelled } from '../map/vector.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, trajectory, type UpdateMap } from './update-map.js';

/** O-6. Two updates, over one tree, go the same way under the same gradients and take them at the same places. */
export const sameUpdate = (
  one: UpdateMap,
  other: UpdateMap,
  { parameters, history, gradient }: UpdatePoint,
  equality: Equality = numerically,
): Verdict => {
  const path = (map: UpdateMap) => trajectory(map, beginning(map, parameters), [...history, gradient]);
  const expected = path(other);
  return every(
    path(one).flatMap((stepped, t) =>
      (['at', 'parameters'] as const).map(
        (part) => () =>
          same(
            equality,
            labelled(one.parameters, stepped[part]),
            labelled(one.parameters, expected[t]?.[part] ?? []),
            {
              law: 'O-6',
              subject: `${one.name} against ${other.name}`,
              what: part === 'at' ? 'gradients are taken at other places' : `step ${t + 1} leads elsewhere`,
              hint: 'a term is dropped, or one that should vanish stays',
            },
          ),
      ),
    ),
  );
};
