/** O-6, O-12, O-13: Adam against weighted means over the whole history of gradients. */
import { same } from '../base/compare.js';
import { type Equality, normWise } from '../base/equality.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { labelled, type Vector } from '../map/vector.js';
import { mapFloats, nonzero, numberAt, widened, zerosOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, trajectory, type UpdateMap } from './update-map.js';
import {
  type AdamConstants,
  adamStep,
  closely,
  follows,
  type RmspropConstants,
  square,
  weighted,
} from './history.js';

/**
 * O-12. Whatever the gradients were, Adam’s corrected moments are weighted means of them and of their squares.
 */
export const correctedMoments = (
  map: UpdateMap,
  constants: AdamConstants,
  { history, gradient }: Pick<UpdatePoint, 'history' | 'gradient'>,
  equality: Equality = closely,
): Verdict =>
  follows(
    map,
    [...history, gradient],
    adamStep(constants),
    {
      law: 'O-12',
      what: 'a step is not −η·m̂/(√ŝ + ε) of the weighted means of all gradients',
      hint: 'which β belongs to which moment, 1 − βᵗ with t from 1, uncorrected moments in the state, ε outside of the root',
    },
    equality,
  );

/** O-12. From rest, t equal gradients move by −η·g/(|g| + ε) each: the correction of the bias is exact. */
export const equalGradients = (
  map: UpdateMap,
  { rate, epsilon }: Pick<AdamConstants, 'rate' | 'epsilon'>,
  { gradient }: Pick<UpdatePoint, 'gradient'>,
  equality: Equality = closely,
): Verdict =>
  every(
    [1, 2, 7].map(
      (steps) => () =>
        follows(
          map,
          Array.from({ length: steps }, () => gradient),
          (seen) => {
            const g = seen[0] ?? 0;
            return g === 0 ? 0 : (-rate * g) / (Math.abs(g) + epsilon);
          },
          { law: 'O-12', what: `${steps} equal gradients do not move by −η·g/(|g| + ε) each` },
          equality,
        ),
    ),
  );

/** O-6. Adam with β₁ = 0 is RMSprop freed of its bias: δ = −η·g/(√(Σρᵗ⁻ⁱgᵢ²/Σρᵗ⁻ⁱ) + ε) */
export const withoutMean = (
  map: UpdateMap,
  { rate, smoothing, epsilon }: RmspropConstants,
  { history, gradient }: Pick<UpdatePoint, 'history' | 'gradient'>,
  equality: Equality = closely,
): Verdict =>
  follows(
    map,
    [...history, gradient],
    (seen) => {
      const size = weighted(seen, smoothing, square);
      return (-rate * (seen.at(-1) ?? 0)) / (Math.sqrt(size.sum / size.weight) + epsilon);
    },
    { law: 'O-6', what: 'Adam with β₁ = 0 is not RMSprop with its bias corrected' },
    equality,
  );

/** O-6. Adam with β₁ = β₂ = ε = 0 goes by the sign of the gradient: δ = −η·sign g */
export const signOfGradient = (
  map: UpdateMap,
  { rate }: Pick<AdamConstants, 'rate'>,
  { history, gradient }: Pick<UpdatePoint, 'history' | 'gradient'>,
  equality: Equality = closely,
): Verdict =>
  follows(
    map,
    [...history, gradient].map(nonzero),
    (seen) => -rate * Math.sign(seen.at(-1) ?? 0),
    { law: 'O-6', what: 'Adam with β₁ = β₂ = ε = 0 does not move by the sign of the gradient' },
    equality,
  );

/**
 * The longest step that t gradients can make, in learning rates: by Cauchy and Schwarz
 * |Σwᵢgᵢ|/√Σuᵢgᵢ² ≤ √Σwᵢ²/uᵢ with w = β₁ᵗ⁻ⁱ and u = β₂ᵗ⁻ⁱ, equal for gᵢ ∝ wᵢ/uᵢ.
 */
const longest = (steps: number, beta1: number, beta2: number): number => {
  let [ratios, means, sizes] = [0, 0, 0];
  for (let age = 0; age < steps; age++) {
    ratios += (beta1 ** 2 / beta2) ** age;
    means += beta1 ** age;
    sizes += beta2 ** age;
  }
  return (Math.sqrt(ratios) * Math.sqrt(sizes)) / means;
};

/**
 * O-13. Whatever the gradients were, step t of Adam is at most η·√(Σ(β₁²/β₂)ⁱ·Σβ₂ⁱ)/Σβ₁ⁱ, sums over i < t. (The
 * paper’s η·(1 − β₁)/√(1 − β₂) is the step after zeros and one gradient; gradients that grow by β₂/β₁ a step make
 * longer ones.) From rest at 0, so that the move has all its digits.
 */
export const boundedSteps = (
  map: UpdateMap,
  { rate, beta1, beta2 }: Omit<AdamConstants, 'epsilon'>,
  gradients: readonly Vector[],
  slack = 1e-9,
): Verdict => {
  const zero = zerosOf(widened(gradients[0] ?? []));
  const from = beginning(map, zero);
  const path = trajectory(map, from, gradients);
  return every(
    path.map(({ parameters }, t) => () => {
      const before = path[t - 1]?.parameters ?? zero;
      const bound = rate * longest(t + 1, beta1, beta2) * (1 + slack);
      for (const [leaf, data] of parameters.entries())
        for (const [index, p] of data.entries()) {
          const move = Math.abs(p - numberAt(before, leaf, index));
          // Also where it is no number.
          if (!(move <= bound))
            return broken({
              law: 'O-13',
              subject: map.name,
              what: `step ${t + 1} is longer than any gradients can make it`,
              path: map.parameters[leaf]?.path,
              index,
              got: move,
              expected: `at most ${bound}`,
              hint: 'mean and square are not corrected alike, or not by their own β',
            });
        }
      return holds;
    }),
  );
};

/** O-13. The gradients gᵢ ∝ (β₁/β₂)ᵗ⁻ⁱ make step t as long as it can be: the bound is reached. Without an ε. */
export const longestStep = (
  map: UpdateMap,
  { rate, beta1, beta2 }: Omit<AdamConstants, 'epsilon'>,
  like: Vector,
  steps: number,
  equality: Equality = normWise({ rtol: 1e-9 }),
): Verdict => {
  const zero = zerosOf(widened(like));
  const growing = Array.from({ length: steps }, (_, i) =>
    // Never 0, of which an update without an ε has nothing to say.
    mapFloats(zero, () => Math.max((beta1 / beta2) ** (steps - 1 - i), 1e-150)),
  );
  const path = trajectory(map, beginning(map, zero), growing);
  const [before, after] = [path.at(-2)?.parameters ?? zero, path.at(-1)?.parameters ?? zero];
  const got = mapFloats(after, (p, leaf, i) => p - numberAt(before, leaf, i));
  const expected = mapFloats(zero, () => -rate * longest(steps, beta1, beta2));
  return same(equality, labelled(map.parameters, got), labelled(map.parameters, expected), {
    law: 'O-13',
    subject: map.name,
    what: `the gradients that should make the longest step ${steps} make another one`,
  });
};
