/** RD.8 and RD.9: backward and pushforward are each other's transpose. */
import type { Point } from '../arbitrary/point.js';
import { same } from '../base/compare.js';
import { normWise } from '../base/equality.js';
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { absoluteDot, dot, labelled, norm, type Vector } from '../map/vector.js';

/**
 * RD.9, the dot-product test: ⟨Jv, w⟩ ≈ ⟨v, Jᵀw⟩, relative 1e-12 in float64.
 *
 * Of a linear map on whole numbers, with rtol 0, it is ≡.
 */
export const dotProduct = (
  map: NumericMap,
  { x, v, w }: Pick<Point, 'x' | 'v' | 'w'>,
  rtol = 1e-12,
): Verdict => {
  const [forward, back] = [map.tangent(x, v), map.backward(x, w)];
  const [got, expected] = [dot(v, back), dot(forward, w)];
  const tolerance = rtol * Math.max(absoluteDot(v, back), absoluteDot(forward, w), norm(v) * norm(w));
  if (Math.abs(got - expected) <= tolerance) return holds;
  return broken({
    law: 'RD.9',
    subject: map.name,
    what: 'backward and pushforward are not transposes: ⟨v, backward(w)⟩ against ⟨pushforward(v), w⟩',
    got,
    expected,
    tolerance,
    hint: 'one of the two rules is wrong: G-1 says whether it is the backward',
  });
};

/**
 * RD.8. The derivative by reversing twice is the pushforward: π₁R[R[f]]((x, w), v) ≈ₙ D[f](x, v).
 *
 * `twice` is the backward of (x, w) ↦ R[f](x, w); its cotangent is v, its second part the derivative.
 */
export const doubleReverse = (
  map: NumericMap,
  twice: NumericMap,
  { x, v, w }: Pick<Point, 'x' | 'v' | 'w'>,
): Verdict => {
  const direction: Vector = v;
  const reversed = twice.backward([...x, ...w], direction).slice(x.length);
  return same(
    normWise({ rtol: 1e-12, atol: 1e-14 }),
    labelled(map.codomain, floatsOf(map, reversed)),
    labelled(map.codomain, floatsOf(map, map.tangent(x, v))),
    {
      law: 'RD.8',
      subject: map.name,
      what: 'the pushforward is not the reverse derivative of the reverse derivative',
      hint: 'the pushforward rule and the pullback rule have drifted apart',
    },
  );
};

/** A result that is no float has no derivative. */
const floatsOf = ({ codomain }: NumericMap, vector: Vector): Vector =>
  vector.map((data, i) => {
    const dtype = codomain[i]?.dtype;
    return dtype === 'float32' || dtype === 'float64' ? data : new Float64Array(data.length);
  });

/**
 * RD.9, the chain rule forward: D[f;g](x, v) ≈ₙ D[g](f(x), D[f](x, v))
 */
export const chainOfTangents = (
  { f, g, both }: { readonly f: NumericMap; readonly g: NumericMap; readonly both: NumericMap },
  { x, v }: Pick<Point, 'x' | 'v'>,
): Verdict =>
  same(
    normWise({ rtol: 1e-12, atol: 1e-14 }),
    labelled(both.codomain, both.tangent(x, v)),
    labelled(both.codomain, g.tangent(f.forward(x), f.tangent(x, v))),
    {
      law: 'RD.9',
      subject: both.name,
      what: 'the pushforward of a composite is not the composite of pushforwards',
    },
  );
