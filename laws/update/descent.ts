/** O-1, O-7, O-9: gradient descent, with momentum or without, against what mathematics says of it. */
import { same } from '../base/compare.js';
import { type Equality, normWise } from '../base/equality.js';
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { labelled, norm, scaled, type Vector } from '../map/vector.js';
import { mapFloats, numberAt, widened, zerosOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, reached, type Standing, trajectory, type UpdateMap } from './update-map.js';

/** What gradient descent is told: γ is 0 without momentum. */
export interface DescentConstants {
  readonly rate: number;
  readonly momentum: number;
  /** Whether the gradient is taken ahead, as Nesterov does. */
  readonly ahead: boolean;
}

const closely = normWise({ rtol: 1e-12, atol: 1e-14 });

/** O-1. get(s, p) ≡ p and put(s, p, g).p = p − η·g in every state. */
export const stepsDownGradient = (
  map: UpdateMap,
  { rate }: Pick<DescentConstants, 'rate'>,
  { parameters, history, gradient }: UpdatePoint,
  equality: Equality = closely,
): Verdict => {
  const from = reached(map, parameters, history);
  const { at, parameters: got } = map.step(from, gradient);
  const name = (vector: Vector): unknown => labelled(map.parameters, vector);
  const expected = mapFloats(from.parameters, (p, leaf, i) => p - rate * numberAt(gradient, leaf, i));
  const claim = { law: 'O-1', subject: map.name } as const;
  return every([
    () => same(equality, name(got), name(expected), { ...claim, what: 'a step is not p − η·g' }),
    () =>
      same(equality, name(at), name(from.parameters), {
        ...claim,
        what: 'the gradient is not taken at the parameters',
      }),
  ]);
};

/**
 * O-7. Under a constant gradient from rest, step t moves by −η·g·(1 − γᵗ)/(1 − γ), which goes to −η·g/(1 − γ). A
 * velocity that is a running mean, γv + (1 − γ)g, goes to −η·g and is called otherwise.
 */
export const constantGradients = (
  map: UpdateMap,
  { rate, momentum }: DescentConstants,
  { parameters, gradient }: Pick<UpdatePoint, 'parameters' | 'gradient'>,
  equality: Equality = closely,
): Verdict => {
  // From 0, so that the moves have all their digits.
  const from = beginning(map, zerosOf(widened(parameters)));
  const steps = 8;
  const path = trajectory(
    map,
    from,
    Array.from({ length: steps }, () => gradient),
  );
  return every(
    path.map(({ parameters: got }, i) => () => {
      // Σ over the steps so far of (1 − γᵗ)/(1 − γ)
      let moved = 0;
      for (let t = 1; t <= i + 1; t++) moved += momentum === 1 ? t : (1 - momentum ** t) / (1 - momentum);
      const expected = mapFloats(
        from.parameters,
        (_, leaf, k) => -rate * moved * numberAt(gradient, leaf, k),
      );
      return same(equality, labelled(map.parameters, got), labelled(map.parameters, expected), {
        law: 'O-7',
        subject: map.name,
        what: `after ${i + 1} equal gradients the parameters are elsewhere`,
        hint: 'p′ = p − η·v′ with v′ = γ·v + g: mind the sign of γ, and that g comes in whole',
      });
    }),
  );
};

type Matrix = readonly [number, number, number, number];

const product = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [
  a * e + b * g,
  a * f + b * h,
  c * e + d * g,
  c * f + d * h,
];

/** By squaring: another order of arithmetic than one step after the other. */
const power = (matrix: Matrix, n: number): Matrix => {
  if (n === 0) return [1, 0, 0, 1];
  const half = power(matrix, Math.floor(n / 2));
  return n % 2 === 0 ? product(half, half) : product(matrix, product(half, half));
};

/**
 * One step on f = ½λp², of which the slope is λ·at, as a matrix on (p, v):
 * v′ = γv + λ(p − ηγv·[ahead]), p′ = p − ηv′
 */
const stepMatrix = ({ rate, momentum, ahead }: DescentConstants, curvature: number): Matrix => {
  const kept = momentum * (ahead ? 1 - rate * curvature : 1);
  return [1 - rate * curvature, -rate * kept, curvature, kept];
};

/** The larger of the absolute values of both eigenvalues, from trace and determinant. */
const spectralRadius = ([a, b, c, d]: Matrix): number => {
  const [half, determinant] = [(a + d) / 2, a * d - b * c];
  const discriminant = half ** 2 - determinant;
  return discriminant < 0 ? Math.sqrt(determinant) : Math.abs(half) + Math.sqrt(discriminant);
};

/** One step on f = ½λp², whose gradient is taken where the update says. */
const onQuadratic = (map: UpdateMap, curvature: number, from: Standing): Standing => {
  const { at } = map.step(from, zerosOf(widened(from.parameters)));
  return map.step(from, scaled(curvature, widened(at)));
};

const afterSteps = (map: UpdateMap, curvature: number, parameters: Vector, steps: number): Vector => {
  let standing = beginning(map, widened(parameters));
  for (let t = 0; t < steps; t++) standing = onQuadratic(map, curvature, standing);
  return standing.parameters;
};

/** O-9. On f = ½λp²: pₜ is the first row of Mᵗ(p₀, 0), and (1 − ηλ)ᵗp₀ without momentum. */
export const quadratic = (
  map: UpdateMap,
  constants: DescentConstants,
  curvature: number,
  { parameters }: Pick<UpdatePoint, 'parameters'>,
  equality: Equality = normWise({ rtol: 1e-11, atol: 1e-11 }),
): Verdict => {
  const steps = 12;
  const [factor] = power(stepMatrix(constants, curvature), steps);
  const got = afterSteps(map, curvature, parameters, steps);
  const expected = scaled(factor, widened(parameters));
  return same(equality, labelled(map.parameters, got), labelled(map.parameters, expected), {
    law: 'O-9',
    subject: map.name,
    what: `after ${steps} steps on ½·${curvature}·p² the parameters are elsewhere`,
    hint: 'the convention of rate and momentum is another than that of the matrix [1 − ηλ, −ηγ; λ, γ]',
  });
};

/** O-9. On f = ½λp² the parameters go to 0 if and only if the spectral radius of a step is below 1. */
export const converges = (
  map: UpdateMap,
  constants: DescentConstants,
  curvature: number,
  { parameters }: Pick<UpdatePoint, 'parameters'>,
): Verdict => {
  const steps = 200;
  const radius = spectralRadius(stepMatrix(constants, curvature));
  // Near 1 no number of steps tells.
  if (Math.abs(radius - 1) < 0.1) return holds;
  const from = mapFloats(widened(parameters), (x) => (x === 0 ? 1 : x));
  const lengthOf = (vector: Vector): number => norm(vector.filter((data) => data instanceof Float64Array));
  const start = lengthOf(from);
  const end = lengthOf(afterSteps(map, curvature, from, steps));
  const wrong = radius < 1 ? end > 1e-3 * start : !(end > start);
  return start > 0 && wrong
    ? broken({
        law: 'O-9',
        subject: map.name,
        what: `${steps} steps on ½·${curvature}·p² ${radius < 1 ? 'do not lead to 0' : 'lead to 0'}, with spectral radius ${radius}`,
        got: end,
        expected: radius < 1 ? 0 : Number.POSITIVE_INFINITY,
      })
    : holds;
};
