/** The laws of batches, on an engine. */
import type { Backend } from '../../src/backend/backend.js';
import { bitwise, elementWise, type Equality } from '../base/equality.js';
import { type Law, law } from '../base/verdict.js';
import { type Engine, engineOf, float64 } from '../map/engine.js';
import { withErrorBounds } from '../map/error-bound.js';
import type { Computation } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';
import type { BatchAtPoint } from './draw.js';
import { type BatchComparison, stackOfChanges, stackOfResults } from './stack.js';

/** Rounding of float64 over that of float32, and two bits to be sure. */
const FLOAT64 = 2 ** -27;

/** Within the error bounds of a program, or a part of them. */
const within = ({ program, results }: Computation, inputs: Vector, part: number): Equality => {
  const { errors } = withErrorBounds(program)(inputs);
  const bounds = new Map(results.map(({ path }, i) => [path, errors[i]?.map((bound) => part * bound)]));
  return elementWise((path) => bounds.get(path) ?? new Float64Array(0));
};

const near = (many: Engine, part: number): BatchComparison => ({
  many,
  one: float64,
  results: ({ both, x }) => within(both.computations().forward, x, part),
  changes: ({ both, x, w }) => within(both.computations().backward, [...x, ...w], part),
});

const lawsOf = (comparison: BatchComparison): readonly Law<BatchAtPoint>[] => [
  law('G-9', (at) => stackOfResults(at, comparison)),
  law('G-9', (at) => stackOfChanges(at, comparison)),
];

/** G-9 within the rounding of the batch's own program: in float64, or on a backend against it. */
export const batchingLaws = (backend?: Backend): readonly Law<BatchAtPoint>[] =>
  lawsOf(backend === undefined ? near(float64, FLOAT64) : near(engineOf(backend), 1));

/** G-9 of primitives in whole numbers, bit for bit: results, and changes of those whose sums are exact. */
export const exactBatchingLaws = (
  backend: Backend,
  { changes = true }: { readonly changes?: boolean } = {},
): readonly Law<BatchAtPoint>[] => {
  const engine = engineOf(backend);
  const all = lawsOf({ many: engine, one: engine, results: () => bitwise, changes: () => bitwise });
  return changes ? all : all.slice(0, 1);
};
