/** G-5 and G-6: what a backward may give where there is no derivative. */
import type { Point } from '../arbitrary/point.js';
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { dot } from '../map/vector.js';
import { slopesOfMap } from './slope.js';

/**
 * G-5. At a kink the backward is between the slopes on both sides, in every direction:
 *
 * min(D⁻, D⁺) ≤ ⟨v, R[f](x, w)⟩ ≤ max(D⁻, D⁺)
 */
export const betweenSlopes = (map: NumericMap, { x, v, w }: Pick<Point, 'x' | 'v' | 'w'>): Verdict => {
  const { left, right, magnitude } = slopesOfMap(map, { x, v, w });
  const got = dot(v, map.backward(x, w));
  const [low, high] = [Math.min(left, right), Math.max(left, right)];
  const tolerance = 1e-6 * Math.max(Math.abs(low), Math.abs(high)) + 1e-9 * magnitude + 1e-12;
  if (got >= low - tolerance && got <= high + tolerance) return holds;
  return broken({
    law: 'G-5',
    subject: map.name,
    what: 'at a kink the backward is not between the slopes of both sides',
    got,
    expected: `${low} to ${high}`,
    tolerance,
    hint: 'where several tie, their shares must add up to one',
  });
};

/**
 * G-6. Of a map that chooses among its arguments the backward hands on all of the cotangent and no more:
 *
 * Σ R[f](x, w) ≡ Σ w, on whole numbers
 */
export const partitionOfUnity = (map: NumericMap, { x, w }: Pick<Point, 'x' | 'w'>): Verdict => {
  const ones = (vector: Point['x']): Point['x'] =>
    vector.map((data) => new Float64Array(data.length).fill(1));
  const back = map.backward(x, w);
  const [got, expected] = [dot(back, ones(back)), dot(w, ones(w))];
  return got === expected
    ? holds
    : broken({
        law: 'G-6',
        subject: map.name,
        what: 'the shares of a choice do not add up to its cotangent',
        got,
        expected,
        hint: 'a tie is counted twice, or not at all',
      });
};
