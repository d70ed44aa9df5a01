/** O-5 and O-10: an update does not see where the origin is, nor which coordinate is which. */
import { same } from '../base/compare.js';
import { type Equality, normWise, numerically } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { labelled, type Vector } from '../map/vector.js';
import { mapFloats, numberAt, widened } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { reached, type UpdateMap } from './update-map.js';

/**
 * O-5. put(s, p + c, g).p − c = put(s, p, g).p along a whole history; ≈ₙ, and ≡ on whole numbers where an update
 * is exact on them.
 */
export const translation = (
  map: UpdateMap,
  { parameters, history, gradient, shift }: UpdatePoint,
  equality: Equality = normWise({ rtol: 1e-12, atol: 1e-11 }),
): Verdict => {
  const gradients = [...history, gradient];
  const by = (sign: number, vector: Vector): Vector =>
    mapFloats(vector, (x, leaf, i) => x + sign * numberAt(shift, leaf, i));
  const got = by(-1, reached(map, by(1, parameters), gradients).parameters);
  const expected = reached(map, parameters, gradients).parameters;
  return same(equality, labelled(map.parameters, got), labelled(map.parameters, expected), {
    law: 'O-5',
    subject: map.name,
    what: 'parameters that are shifted move otherwise',
    hint: 'the step looks at the parameter where the gradient is meant, or decays it',
  });
};

/**
 * O-10. put(Qs, Qp, Qg) ≡ Q·put(s, p, g) for a signed permutation Q of the numbers of each leaf.
 */
export const signedPermutation = (
  map: UpdateMap,
  { parameters, history, gradient, signs, turn }: UpdatePoint,
): Verdict => {
  const q = (vector: Vector): Vector =>
    mapFloats(vector, (_, leaf, i) => {
      const from = (i + turn) % (vector[leaf]?.length ?? 1);
      return numberAt(signs, leaf, i) * numberAt(vector, leaf, from);
    });
  const gradients = [...history, gradient];
  const got = reached(map, q(parameters), gradients.map(q)).parameters;
  const expected = q(reached(map, parameters, gradients).parameters);
  return same(numerically, labelled(map.parameters, got), labelled(map.parameters, expected), {
    law: 'O-10',
    subject: map.name,
    what: 'exchanged and mirrored coordinates move otherwise',
    hint: 'coordinates are mixed, or a step is not the opposite one for the opposite gradient',
  });
};

/**
 * O-10 of updates that are linear in the gradient: the same ≈ₙ for rotations, here by an angle in each pair of
 * neighboring coordinates. No law of Adam or RMSprop.
 */
export const rotation = (
  map: UpdateMap,
  { parameters, history, gradient, turn }: UpdatePoint,
  equality: Equality = normWise({ rtol: 1e-11, atol: 1e-11 }),
): Verdict => {
  const [cos, sin] = [Math.cos(turn + 1), Math.sin(turn + 1)];
  // (x, y) ↦ (x cos − y sin, x sin + y cos)
  const q = (vector: Vector): Vector =>
    mapFloats(vector, (x, leaf, i) => {
      const count = vector[leaf]?.length ?? 0;
      if (i % 2 === 1) return sin * numberAt(vector, leaf, i - 1) + cos * x;
      return i + 1 < count ? cos * x - sin * numberAt(vector, leaf, i + 1) : x;
    });
  const gradients = [...history, gradient].map(widened);
  const got = reached(map, q(widened(parameters)), gradients.map(q)).parameters;
  const expected = q(reached(map, widened(parameters), gradients).parameters);
  return same(equality, labelled(map.parameters, got), labelled(map.parameters, expected), {
    law: 'O-10',
    subject: map.name,
    what: 'rotated coordinates move otherwise, though the step is said to be linear in the gradient',
  });
};
