/** G-7: the derivative of a backward. */
import type { Point } from '../arbitrary/point.js';
import type { Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { unit, type Vector } from '../map/vector.js';
import { directionalSlope } from './directional.js';

/**
 * G-7. G-1 of (x, w) ↦ R[f](x, w), relative 1e-5:
 *
 * ⟨∂R along (v, w₂), u⟩ by differences ≈ ⟨(v, w₂), R[R[f]]((x, w), u)⟩
 */
export const secondOrder = (twice: NumericMap, { x, w, other, u, v }: Point): Verdict => {
  const direction: Vector = unit([...v, ...other.map((data) => Float64Array.from(data))]);
  const frozen = direction.map((data, i) => (isFloatPlace(twice, i) ? data : new Float64Array(data.length)));
  return directionalSlope(twice, { x: [...x, ...w], v: frozen, w: u }, { law: 'G-7', rtol: 1e-5 });
};

const isFloatPlace = ({ domain }: NumericMap, leaf: number): boolean => {
  const dtype = domain[leaf]?.dtype;
  return dtype === 'float32' || dtype === 'float64';
};
