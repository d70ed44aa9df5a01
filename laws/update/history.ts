/**
 * Rules of the whole history of gradients, to hold an update against that keeps running means: one that is freed of
 * its bias is the weighted mean Σβᵗ⁻ⁱxᵢ / Σβᵗ⁻ⁱ.
 */
import { same } from '../base/compare.js';
import { type Equality, normWise } from '../base/equality.js';
import type { Verdict } from '../base/verdict.js';
import { labelled, type Vector } from '../map/vector.js';
import { mapFloats, numberAt, widened, zerosOf } from './numbers.js';
import { reached, type UpdateMap } from './update-map.js';

export interface AdamConstants {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

export interface RmspropConstants {
  readonly rate: number;
  readonly smoothing: number;
  readonly epsilon: number;
}

export const closely = normWise({ rtol: 1e-12, atol: 1e-14 });

/** Σβᵗ⁻ⁱ·f(gᵢ) and Σβᵗ⁻ⁱ over the numbers of one coordinate, oldest first. */
export const weighted = (numbers: readonly number[], beta: number, f: (g: number) => number) => {
  const weights = numbers.map((_, i) => beta ** (numbers.length - 1 - i));
  return {
    sum: numbers.reduce((sum, g, i) => sum + (weights[i] ?? 0) * f(g), 0),
    weight: weights.reduce((sum, weight) => sum + weight, 0),
  };
};

/** What a coordinate has seen of gradients. */
const seenAt = (gradients: readonly Vector[], leaf: number, index: number): readonly number[] =>
  gradients.map((gradient) => numberAt(gradient, leaf, index));

/** Where the steps of a rule lead from 0, each made from all gradients so far. */
const sumOfSteps = (
  like: Vector,
  gradients: readonly Vector[],
  stepOf: (seen: readonly number[]) => number,
): Vector =>
  mapFloats(like, (_, leaf, i) => {
    const all = seenAt(gradients, leaf, i);
    return all.reduce((p, __, t) => p + stepOf(all.slice(0, t + 1)), 0);
  });

export const square = (g: number): number => g * g;

// m̂ = Σβ₁ᵗ⁻ⁱgᵢ/Σβ₁ᵗ⁻ⁱ, ŝ = Σβ₂ᵗ⁻ⁱgᵢ²/Σβ₂ᵗ⁻ⁱ, δ = −η·m̂/(√ŝ + ε)
export const adamStep =
  ({ rate, beta1, beta2, epsilon }: AdamConstants) =>
  (seen: readonly number[]): number => {
    const mean = weighted(seen, beta1, (g) => g);
    const size = weighted(seen, beta2, square);
    return (-rate * (mean.sum / mean.weight)) / (Math.sqrt(size.sum / size.weight) + epsilon);
  };

// s = (1 − ρ)Σρᵗ⁻ⁱgᵢ², δ = −η·g/(√s + ε)
export const rmspropStep =
  ({ rate, smoothing, epsilon }: RmspropConstants) =>
  (seen: readonly number[]): number =>
    (-rate * (seen.at(-1) ?? 0)) /
    (Math.sqrt((1 - smoothing) * weighted(seen, smoothing, square).sum) + epsilon);

/** Compares an update that begins at 0 with a rule of the whole history. */
export const follows = (
  map: UpdateMap,
  gradients: readonly Vector[],
  stepOf: (seen: readonly number[]) => number,
  claim: { readonly law: string; readonly what: string; readonly hint?: string },
  equality: Equality,
): Verdict => {
  const zero = zerosOf(gradients[0] ?? []);
  const got = widened(reached(map, zero, gradients).parameters);
  const expected = sumOfSteps(widened(zero), gradients, stepOf);
  return same(equality, labelled(map.parameters, got), labelled(map.parameters, expected), {
    subject: map.name,
    ...claim,
  });
};
