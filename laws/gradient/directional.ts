/** G-1, G-2 and G-3: a backward against finite differences, along one direction or entry by entry. */
import type { Point } from '../arbitrary/point.js';
import { broken, type Finding, holds, rejected, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { dot, lengthOf, norm, zeros } from '../map/vector.js';
import { isJump, isKink, slopesOfMap, STEP, staysApart } from './slope.js';

export interface DirectionalOptions {
  readonly law?: string;
  readonly step?: number;
  readonly rtol?: number;
}

/** Rounding of f leaves an error of about 1e-16·(Σ|f||w| + ‖w‖)/h in a slope: none is known better than that. */
const ROUNDING = 1e-10;

/**
 * G-1. The slope of f along a unit direction over the whole tree is what its backward says:
 *
 * ⟨(f(x + hv) − f(x − hv))/2h, w⟩ ≈ ⟨v, R[f](x, w)⟩, relative to max(‖R‖/√n, |slope|)
 */
export const directionalSlope = (
  map: NumericMap,
  { x, v, w }: Pick<Point, 'x' | 'v' | 'w'>,
  { law = 'G-1', step = STEP, rtol = 1e-6 }: DirectionalOptions = {},
): Verdict => {
  const gradient = map.backward(x, w);
  const claimed = dot(v, gradient);
  const slopes = slopesOfMap(map, { x, v, w }, step);
  const { central, magnitude } = slopes;
  const size = Math.max(norm(gradient) / Math.sqrt(Math.max(1, lengthOf(gradient))), Math.abs(central));
  const scale = Math.max(size, Math.abs(claimed), 1e-4 * magnitude);
  if (isKink(slopes, scale))
    return rejected(`${map.name}: slopes ${slopes.left} and ${slopes.right} on the two sides: a kink`);
  const tolerance = rtol * size + ROUNDING * magnitude;
  if (Math.abs(central - claimed) <= tolerance) return holds;
  if (isJump(map.forward, { x, v, w }, { central, scale, h: step })) return rejected(`${map.name}: a jump`);
  if (staysApart(slopes, slopesOfMap(map, { x, v, w }, step / 2), Math.abs(central - claimed)))
    return rejected(`${map.name}: slopes of the two sides that differ however small the step: a kink`);
  const entry = worstEntry(map, { x, w }, rtol);
  return broken({
    law,
    subject: map.name,
    what: `the backward is not the slope: ⟨v, backward⟩ = ${claimed}, finite differences ${central}`,
    tolerance,
    ...entry,
    hint:
      entry === undefined ? 'no single entry is off by itself' : 'the entry of the gradient that is off most',
  });
};

/** No more entries than this are looked at one by one. */
const ENTRIES = 2000;

/**
 * G-3. The entry of the gradient that is furthest from its own slope, for the message of a failure:
 *
 * ∂⟨f(x), w⟩/∂xᵢ by differences against R[f](x, w)ᵢ
 */
export const worstEntry = (
  map: NumericMap,
  { x, w }: Pick<Point, 'x' | 'w'>,
  rtol = 1e-6,
): Pick<Finding, 'path' | 'index' | 'got' | 'expected'> | undefined => {
  const gradient = map.backward(x, w);
  let found: Pick<Finding, 'path' | 'index' | 'got' | 'expected'> | undefined;
  let gap = 0;
  let looked = 0;
  for (const [leaf, { path }] of map.domain.entries()) {
    const direction = zeros(map.domain);
    const along = direction[leaf];
    if (!(along instanceof Float64Array)) continue;
    for (let index = 0; index < along.length && looked < ENTRIES; index++, looked++) {
      along.fill(0)[index] = 1;
      const { central, magnitude } = slopesOfMap(map, { x, v: direction, w });
      const got = gradient[leaf]?.[index] ?? Number.NaN;
      const off = Math.abs(got - central);
      const tolerance = rtol * Math.max(Math.abs(got), Math.abs(central)) + ROUNDING * magnitude;
      if (off <= Math.max(gap, tolerance)) continue;
      [gap, found] = [off, { path: path === '' ? 'argument' : path, index, got, expected: central }];
    }
  }
  return found;
};

/**
 * G-2. Of a smooth map the slope is known better, from two steps:
 *
 * (4·D(h/2) − D(h))/3 ≈ ⟨v, R[f](x, w)⟩ with h = 1e-3, relative 1e-9
 */
export const extrapolatedSlope = (
  map: NumericMap,
  { x, v, w }: Pick<Point, 'x' | 'v' | 'w'>,
  rtol = 1e-9,
): Verdict => {
  const h = 1e-3;
  const [half, whole] = [slopesOfMap(map, { x, v, w }, h / 2), slopesOfMap(map, { x, v, w }, h)];
  const expected = (4 * half.central - whole.central) / 3;
  const gradient = map.backward(x, w);
  const got = dot(v, gradient);
  const size = Math.max(norm(gradient) / Math.sqrt(Math.max(1, lengthOf(gradient))), Math.abs(expected));
  const tolerance = rtol * size + 1e-12 * half.magnitude;
  if (Math.abs(got - expected) <= tolerance) return holds;
  return broken({
    law: 'G-2',
    subject: map.name,
    what: 'the backward is off by little: ⟨v, backward⟩ against the extrapolated slope',
    got,
    expected,
    tolerance,
    hint: 'an epsilon or a leak that is in the forward and not in the backward, or the reverse',
  });
};
