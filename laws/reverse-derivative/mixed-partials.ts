/** RD.7: a backward is the derivative of something, whatever the forward says. */
import type { Point } from '../arbitrary/point.js';
import { broken, holds, rejected, type Verdict } from '../base/verdict.js';
import { isJump, STEP } from '../gradient/slope.js';
import type { NumericMap } from '../map/numeric-map.js';
import { absoluteDot, difference, dot, isFinite, lengthOf, moved, norm, type Vector } from '../map/vector.js';

/** What rounding of the backward leaves in its differences. */
const ROUNDING = 1e-10;

const derivativeOfBackward = (
  map: NumericMap,
  { x, w }: Pick<Point, 'x' | 'w'>,
  v: Vector,
  h: number,
): Vector =>
  difference(map.backward(moved(x, h, v), w), map.backward(moved(x, -h, v), w)).map((data) =>
    data instanceof Float64Array ? data.map((value) => value / (2 * h)) : data,
  );

/**
 * RD.7. Mixed partial derivatives commute. Never looks at the forward:
 *
 * ⟨u, (R(x + hv, w) − R(x − hv, w))/2h⟩ = ⟨v, (R(x + hu, w) − R(x − hu, w))/2h⟩
 */
export const mixedPartials = (map: NumericMap, { x, u, v, w }: Point, rtol = 1e-5): Verdict => {
  const [alongV, alongU] = [
    derivativeOfBackward(map, { x, w }, v, STEP),
    derivativeOfBackward(map, { x, w }, u, STEP),
  ];
  const [left, right] = [dot(u, alongV), dot(v, alongU)];
  const here = map.backward(moved(x, 0, v), w);
  const n = Math.sqrt(Math.max(1, lengthOf(here)));
  const size = Math.max(norm(alongV) / n, norm(alongU) / n, Math.abs(left), Math.abs(right));
  for (const [direction, against] of [
    [v, u],
    [u, v],
  ] as const) {
    const back = (at: number): number => dot(against, map.backward(moved(x, at, direction), w));
    const [before, middle, after] = [back(-STEP), back(0), back(STEP)];
    const gap = Math.abs(after - 2 * middle + before) / STEP;
    if (gap > 1e-3 * Math.max(size, 1e-4 * (absoluteDot(here, against) + norm(w))))
      return rejected(`${map.name}: the backward jumps or bends at the point`);
  }
  const tolerance = rtol * size + ROUNDING * (norm(here) + norm(w));
  if (!isFinite(here) || Math.abs(left - right) <= tolerance) return holds;
  const backward = (at: Vector): Vector => map.backward(at, w);
  const jumps =
    isJump(backward, { x, v, w: u }, { central: left, scale: size }) ||
    isJump(backward, { x, v: u, w: v }, { central: right, scale: size });
  if (jumps) return rejected(`${map.name}: the backward jumps at the point`);
  return broken({
    law: 'RD.7',
    subject: map.name,
    what: 'mixed partials do not commute: ∂u∂v against ∂v∂u of the backward',
    got: left,
    expected: right,
    tolerance,
    hint: 'the backward is the derivative of no function: a transposed factor, a term left out, or a detached value',
  });
};
