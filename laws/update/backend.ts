/** B-1, B-2, B-3 of an update: a step on a backend against the same step in float64. */
import type { Verdict } from '../base/verdict.js';
import { exactOnLattice, nearFloat64, repeatable, type Running } from '../gradient/backend.js';
import type { Vector } from '../map/vector.js';
import { wholeOf } from './numbers.js';
import type { UpdatePoint } from './random-update.js';
import { reached, type UpdateMap } from './update-map.js';

const running = (map: UpdateMap): Running => ({
  name: map.engine.name,
  run: map.engine.compile(map.computation.program),
});

/** State, parameters and gradient of a step, reached on the backend itself. */
const inputsOf = (map: UpdateMap, { parameters, history, gradient }: UpdatePoint): Vector => {
  const { state, parameters: p } = reached(map, parameters, history);
  return [...state, ...p, ...gradient];
};

/** B-1. |backend − float64| ≤ the running error bound of the step, for state, parameters and look-ahead. */
export const stepNearFloat64 = (map: UpdateMap, point: UpdatePoint): Verdict =>
  nearFloat64('B-1', map.computation, running(map), inputsOf(map, point));

/** B-3. The same step twice: ≡ */
export const stepRepeatable = (map: UpdateMap, point: UpdatePoint): Verdict =>
  repeatable(map.computation, running(map), inputsOf(map, point));

/** The same point with whole numbers. */
export const wholePoint = (point: UpdatePoint): UpdatePoint => ({
  ...point,
  parameters: wholeOf(point.parameters),
  history: point.history.map(wholeOf),
  gradient: wholeOf(point.gradient),
  other: wholeOf(point.other),
});

/** B-2 of an update that is exact on whole numbers: backend ≡ float64 there, in every state that is reached. */
export const stepExact = (map: UpdateMap, point: UpdatePoint): Verdict =>
  exactOnLattice(map.computation, running(map), inputsOf(map, wholePoint(point)));
