/** Finite differences: the slopes of a map along a direction, from both sides. */
import type { NumericMap } from '../map/numeric-map.js';
import { absoluteDot, difference, dot, moved, norm, type Vector } from '../map/vector.js';

/** The step that was measured to be best in float64. */
export const STEP = 1e-5;

export interface Slopes {
  /** (g(h) − g(−h))/2h */
  readonly central: number;
  /** (g(0) − g(−h))/h and (g(h) − g(0))/h, which differ at a kink. */
  readonly left: number;
  readonly right: number;
  /** Σ|f||w| + ‖w‖: what rounding is relative to; the second part for what cancels inside of f. */
  readonly magnitude: number;
}

/** The slopes at 0 of g(t) = ⟨f(x + t·v), w⟩. */
export const slopesOf = (
  f: (x: Vector) => Vector,
  { x, v, w }: { readonly x: Vector; readonly v: Vector; readonly w: Vector },
  h = STEP,
): Slopes => {
  const [before, here, after] = [f(moved(x, -h, v)), f(moved(x, 0, v)), f(moved(x, h, v))];
  const slope = (to: Vector, from: Vector, over: number): number => dot(difference(to, from), w) / over;
  return {
    central: slope(after, before, 2 * h),
    left: slope(here, before, h),
    right: slope(after, here, h),
    magnitude: absoluteDot(here, w) + norm(w),
  };
};

/** Slopes further apart than this, relative to their size, are those of a kink, not of a curve. */
const KINK = 1e-3;

/** Whether the map has a kink between x − hv and x + hv. */
export const isKink = ({ left, right }: Slopes, scale: number): boolean =>
  Math.abs(right - left) > KINK * scale;

/**
 * Whether the slopes of the two sides differ by as much as an error, and as much again with half the step: those of a
 * curve come to half, those of a kink do not, however little it weighs.
 */
export const staysApart = (whole: Slopes, half: Slopes, error: number): boolean => {
  const [apart, still] = [Math.abs(whole.right - whole.left), Math.abs(half.right - half.left)];
  return apart >= error && still > 0.75 * apart;
};

/** Whether the map jumps at x: its slope grows as the step gets smaller, which no kink and no curve shows. */
export const isJump = (
  f: (x: Vector) => Vector,
  { x, v, w }: { readonly x: Vector; readonly v: Vector; readonly w: Vector },
  { central, scale, h = STEP }: { readonly central: number; readonly scale: number; readonly h?: number },
): boolean => {
  const half = dot(difference(f(moved(x, h / 2, v)), f(moved(x, -h / 2, v))), w) / h;
  return Math.abs(half - central) > KINK * scale;
};

/** Of a map: its slopes in float64 along a direction, weighed by a cotangent. */
export const slopesOfMap = (
  map: NumericMap,
  point: { readonly x: Vector; readonly v: Vector; readonly w: Vector },
  h = STEP,
): Slopes => slopesOf(map.forward, point, h);
