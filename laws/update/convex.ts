/** O-21: an update goes down. */
import { broken, every, holds, type Verdict } from '../base/verdict.js';
import { mapFloats, numberAt, widened, zerosOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { beginning, trajectory, type UpdateMap } from './update-map.js';
import type { Vector } from '../map/vector.js';
import { isFloat } from '../../src/tensor/dtype.js';
import { range } from '../../src/tensor/shape.js';

/** Enough for what waits before it moves: gradients that are accumulated, a rate that rises from 0. */
const STEPS = 12;

/** How many times further away the minimum is than the steps reach. */
const FAR = 2 ** 20;

/** Beside a parameter of size p, a move is only known to so many times p. */
const ROUNDING = 2 ** -48;

/** The largest of all moves of the floats. */
const reachOf = (from: Vector, path: readonly { readonly parameters: Vector }[]): number => {
  let reach = 0;
  for (const { parameters } of path)
    mapFloats(parameters, (p, leaf, i) => {
      reach = Math.max(reach, Math.abs(p - numberAt(from, leaf, i)));
      return p;
    });
  return reach;
};

const total = (numbers: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] ?? Number.NaN;
  return sum;
};

/** What has to fall: the loss of each number, or of each tensor, or of all together. */
export type Falling = 'element' | 'leaf' | 'tree';

/**
 * O-21. With a small enough rate every update decreases a strictly convex loss: on
 *
 * f(p) = ½·Σ λᵢ(pᵢ − cᵢ)² with λᵢ(pᵢ − cᵢ) = gᵢ at the start, f(p after 12 steps) ≤ f(p at the start)
 *
 * What makes the rate small is the distance: the minimum c is a million times further away than the steps reach.
 * From the first state, and where weights decay from 0, which they do not move.
 */
export const descends = (
  map: UpdateMap,
  {
    falling = 'element',
    decays = false,
  }: { readonly falling?: Falling | undefined; readonly decays?: boolean },
  { parameters, gradient }: Pick<UpdatePoint, 'parameters' | 'gradient'>,
): Verdict => {
  const start = widened(decays ? zerosOf(parameters) : parameters);
  const g = widened(gradient);
  const from = beginning(map, start);
  const constant = trajectory(
    map,
    from,
    range(STEPS).map(() => g),
  );
  const distance = FAR * Math.max(reachOf(start, constant), 1);
  let now = from;
  for (const _ of range(STEPS))
    // gᵢ(p) = λᵢ(pᵢ − cᵢ) with λᵢ = |gᵢ|/distance
    now = map.step(
      now,
      mapFloats(
        g,
        (each, leaf, i) =>
          each + (Math.abs(each) / distance) * (numberAt(now.parameters, leaf, i) - numberAt(start, leaf, i)),
      ),
    );
  // f(p + δ) − f(p) = Σ gᵢδᵢ + ½λᵢδᵢ²
  const rises = mapFloats(g, (each, leaf, i) => {
    const move = numberAt(now.parameters, leaf, i) - numberAt(start, leaf, i);
    return each * move + (Math.abs(each) / (2 * distance)) * move * move;
  });
  const unknown = mapFloats(g, (each, leaf, i) => ROUNDING * Math.abs(each * numberAt(start, leaf, i)));
  const rising = (rise: number, tolerance: number, path?: string, index?: number): Verdict =>
    rise <= tolerance
      ? holds
      : broken({
          law: 'O-21',
          subject: map.name,
          what: `${STEPS} steps against the gradient of a convex loss increase it`,
          path,
          index,
          got: rise,
          expected: 'at most 0',
          hint: 'a step goes up the gradient: p − η·g goes down',
        });
  const moved = map.parameters.flatMap(({ path, dtype }, leaf) => (isFloat(dtype) ? [{ path, leaf }] : []));
  const sum = (vector: Vector, leaf: number): number => total(vector[leaf] ?? []);
  if (falling === 'tree')
    return rising(
      total(moved.map(({ leaf }) => sum(rises, leaf))),
      total(moved.map(({ leaf }) => sum(unknown, leaf))),
    );
  return every(
    moved.flatMap(({ path, leaf }) =>
      falling === 'leaf'
        ? [() => rising(sum(rises, leaf), sum(unknown, leaf), path)]
        : Array.from(rises[leaf] ?? [], (rise, i) => () => rising(rise, numberAt(unknown, leaf, i), path, i)),
    ),
  );
};
