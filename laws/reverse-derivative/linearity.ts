/** RD.2 and RD.6: the backward is linear in its cotangent. */
import type { Point } from '../arbitrary/point.js';
import { same } from '../base/compare.js';
import { bitwise, normWise, numerically } from '../base/equality.js';
import { every, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { difference, labelled, moved, plus, scaled, type Vector } from '../map/vector.js';

type At = Pick<Point, 'x' | 'w' | 'other' | 'exponent'>;

/**
 * RD.2, no cotangent, no change: R[f](x, 0) ≡ 0
 */
export const zeroCotangent = (map: NumericMap, { x, w }: Pick<Point, 'x' | 'w'>): Verdict => {
  const got = map.backward(x, scaled(0, w));
  return same(numerically, labelled(map.domain, got), labelled(map.domain, scaled(0, got)), {
    law: 'RD.2',
    subject: map.name,
    what: 'the backward of a zero cotangent is not zero',
    hint: 'the backward adds a bias, or does not multiply by its cotangent',
  });
};

/**
 * RD.2 by powers of two, which round nothing: R[f](x, 2ᵏw) ≡ 2ᵏR[f](x, w) and R[f](x, −w) ≡ −R[f](x, w)
 */
export const powersOfTwo = (map: NumericMap, { x, w, exponent }: Omit<At, 'other'>): Verdict => {
  const once = map.backward(x, w);
  const claim = { law: 'RD.2', subject: map.name } as const;
  const compare = (factor: number, hint: string): Verdict =>
    same(
      factor < 0 ? numerically : bitwise,
      labelled(map.domain, map.backward(x, scaled(factor, w))),
      labelled(map.domain, scaled(factor, once)),
      {
        ...claim,
        what: `the backward of ${factor} times the cotangent is not ${factor} times as much`,
        hint,
      },
    );
  return every([
    () => compare(2 ** exponent, 'the backward clips its cotangent, or does not multiply by it'),
    () => compare(-1, 'the backward takes the absolute value of its cotangent, or branches on its sign'),
  ]);
};

const largestNorm = (...vectors: readonly Vector[]): number =>
  Math.max(0, ...vectors.flatMap((parts) => parts.map((data) => Math.hypot(...data))));

/**
 * What cancels inside of a backward leaves the rounding of what it began with: 16 units in the last place of the
 * cotangents, in float64.
 */
const rounding = (...cotangents: readonly Vector[]): number => 2 ** -48 * largestNorm(...cotangents);

/**
 * RD.2, additive: R[f](x, w + v) ≈ₙ R[f](x, w) + R[f](x, v), relative 1e-12 in float64
 */
export const additive = (map: NumericMap, { x, w, other }: Omit<At, 'exponent'>, rtol = 1e-12): Verdict => {
  const [first, second] = [map.backward(x, moved(w, 0, w)), map.backward(x, moved(other, 0, other))];
  const sum = map.backward(x, plus(moved(w, 0, w), other));
  // What cancels in the sum has been rounded before: errors are relative to the parts.
  const atol = rtol * largestNorm(first, second) + rounding(w, other);
  return same(
    normWise({ rtol, atol }),
    labelled(map.domain, sum),
    labelled(map.domain, plus(first, second)),
    {
      law: 'RD.2',
      subject: map.name,
      what: 'the backward of a sum of cotangents is not the sum',
      hint: 'the backward clips, or depends on its cotangent otherwise than by a factor',
    },
  );
};

/**
 * RD.6. Linear as a differentiable map: its derivative in the cotangent is itself, wherever that is taken:
 *
 * (R[f](x, w₀ + hw) − R[f](x, w₀ − hw))/2h ≈ₙ R[f](x, w); h is 1, since the map is linear
 */
export const linearDerivative = (map: NumericMap, { x, w, other }: Omit<At, 'exponent'>): Verdict => {
  const apart = difference(map.backward(x, moved(other, 1, w)), map.backward(x, moved(other, -1, w)));
  const got = scaled(0.5, apart);
  const atol = 1e-12 * largestNorm(map.backward(x, other)) + rounding(w, other);
  return same(
    normWise({ rtol: 1e-12, atol }),
    labelled(map.domain, got),
    labelled(map.domain, moved(map.backward(x, w), 0, [])),
    {
      law: 'RD.6',
      subject: map.name,
      what: 'the derivative of the backward in its cotangent depends on the cotangent',
      hint: 'a branch on the cotangent breaks second derivatives',
    },
  );
};
