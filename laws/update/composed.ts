/** O-4, O-6, O-14: updates made of others, and rules of the whole history that a user names. */
import { same } from '../base/compare.js';
import { bitwise, type Equality, normWise } from '../base/equality.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { labelled, type Vector } from '../map/vector.js';
import { closely, follows } from './history.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, reached, trajectory, type UpdateMap } from './update-map.js';

/**
 * O-14. From 0 each coordinate goes where a rule of all its gradients says: p′ = p + step(g₁, …, gₜ)
 */
export const followsRule = (
  map: UpdateMap,
  stepOf: (seen: readonly number[]) => number,
  { history, gradient }: Pick<UpdatePoint, 'history' | 'gradient'>,
  equality: Equality = closely,
): Verdict =>
  follows(
    map,
    [...history, gradient],
    stepOf,
    {
      law: 'O-14',
      what: 'a step is not what its formula says of all gradients',
      hint: 'a sum where a mean should be, a decay of another number, ε elsewhere, a count that is off by one',
    },
    equality,
  );

/** The length of a gradient, of its floats. */
const lengthOf = (map: UpdateMap, gradient: Vector): number =>
  Math.hypot(
    ...gradient.flatMap((data, i) => (isFloat(map.parameters[i]?.dtype ?? 'int32') ? [...data] : [])),
  );

/** How far a step of gradient descent with rate 1 from 0 goes: the gradient as the update sees it, turned around. */
const seen = (map: UpdateMap, gradient: Vector): Vector => {
  const zero = gradient.map((data) => data.map(() => 0));
  return reached(map, zero, [gradient]).parameters;
};

/**
 * O-4. Clipped by a global norm, a gradient is no longer than the limit, as it was if it was no longer, and its
 * direction is kept. `map` is gradient descent of rate 1 behind the clip.
 */
export const clipsByNorm = (map: UpdateMap, limit: number, { gradient }: UpdatePoint): Verdict => {
  const length = lengthOf(map, gradient);
  const got = seen(map, gradient);
  const factor = length > limit ? limit / length : 1;
  const expected = gradient.map((data) => Float64Array.from(data, (g) => 0 - g * factor));
  const shown = (vector: Vector) =>
    labelled(
      map.parameters,
      vector.map((data, i) =>
        isFloat(map.parameters[i]?.dtype ?? 'int32')
          ? Float64Array.from(data)
          : new Float64Array(data.length),
      ),
    );
  return every([
    () =>
      same(normWise({ rtol: 1e-6, atol: 1e-30 }), shown(got), shown(expected), {
        law: 'O-4',
        subject: map.name,
        what: `a gradient of length ${length} is not cut to ${limit} along its direction`,
        hint: 'the norm of each leaf in place of that of all, or numbers cut one by one',
      }),
    () =>
      length <= limit || lengthOf(map, got) <= limit * (1 + 1e-6)
        ? holds
        : broken({
            law: 'O-4',
            subject: map.name,
            what: 'longer than the limit',
            got: lengthOf(map, got),
            expected: `at most ${limit}`,
          }),
  ]);
};

/**
 * O-6. So many micro-gradients, of which nothing moves before the last, ≡ one step under their mean.
 */
export const accumulates = (
  map: UpdateMap,
  inner: UpdateMap,
  steps: number,
  { parameters, gradient, other }: UpdatePoint,
): Verdict => {
  const micro = Array.from({ length: steps }, (_, i) => (i % 2 === 0 ? gradient : other));
  const mean = gradient.map((data, leaf) =>
    data.map((_, i) => micro.reduce((sum, each) => sum + (each[leaf]?.[i] ?? 0), 0) / steps),
  );
  const from = beginning(map, parameters);
  const path = trajectory(map, from, micro);
  const [expected] = trajectory(inner, beginning(inner, parameters), [mean]);
  return every([
    ...path.slice(0, -1).map(
      (step) => () =>
        same(bitwise, labelled(map.parameters, step.parameters), labelled(map.parameters, from.parameters), {
          law: 'O-6',
          subject: map.name,
          what: 'something moves before all micro-gradients are there',
        }),
    ),
    () =>
      same(
        normWise({ rtol: 1e-6, atol: 1e-12 }),
        labelled(map.parameters, path.at(-1)?.parameters ?? []),
        labelled(map.parameters, expected?.parameters ?? []),
        {
          law: 'O-6',
          subject: map.name,
          what: `${steps} micro-gradients are not one step under their mean`,
          hint: 'a sum in place of the mean, one of them counted twice or not at all',
        },
      ),
  ]);
};

/**
 * O-15. Without a gradient, from rest, decoupled decay takes a share of each parameter and nothing else:
 * p′ = (1 − share)·p
 */
export const decaysBeside = (map: UpdateMap, share: number, { parameters }: UpdatePoint): Verdict => {
  const zero = parameters.map((data) => data.map(() => 0));
  const expected = parameters.map((data, i) =>
    isFloat(map.parameters[i]?.dtype ?? 'int32')
      ? Float64Array.from(data, (p) => p * (1 - share))
      : Float64Array.from(data),
  );
  const got = reached(map, parameters, [zero]).parameters.map((data) => Float64Array.from(data));
  return same(
    normWise({ rtol: 1e-12, atol: 1e-300 }),
    labelled(map.parameters, got),
    labelled(map.parameters, expected),
    {
      law: 'O-15',
      subject: map.name,
      what: `parameters without a gradient do not shrink by ${share}`,
      hint: 'the decay goes through the gradient, and is divided there by its own size',
    },
  );
};
