/** The laws of each kind of loss, cheapest first. */
import { every, type Law, law } from '../base/verdict.js';
import type { Backend } from '../../src/backend/backend.js';
import { type Engine, engineOf, float64 } from '../map/engine.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';
import { bitwise } from '../base/equality.js';
import { gradientOfChunks, gradientPermutes, meanOfChunks, permutationInvariant } from './batch.js';
import { apartIsAbove, atLeast, atLeastEntropy, bestIs, entropyAtBest, scalarLoss } from './bounds.js';
import {
  binaryIsTwoClasses,
  composedCrossEntropy,
  crossEntropyGradient,
  linearInTarget,
  shiftInvariantLoss,
  stableLoss,
} from './cross-entropy.js';
import type { LossBatch } from './family.js';
import { shareOfRows } from '../metric/share.js';
import { squaredDistance } from './squared-error.js';
import { softmaxOf, targetRows } from './rows.js';

type BatchLaw = Law<LossBatch>;

const mapOf = ({ family, shape }: LossBatch, engine: Engine = float64): NumericMap =>
  family.at(shape).on(engine);

const partOf = ({ family, shape: [rows = 0, ...rest], chunks }: LossBatch): NumericMap =>
  family.at([rows / chunks, ...rest]).on(float64);

const columnsOf = ({ shape }: LossBatch): number => shape[1] ?? 1;

export interface BatchLaws {
  /** Whether the order of the batch is nothing to the loss (S-7). */
  readonly permutation?: boolean | undefined;
  /** Whether a batch is the mean of its equal chunks (S-6); not of losses that compare rows. */
  readonly chunks?: boolean | undefined;
}

/** S-7 and S-6, of value and gradient. */
export const batchLaws = ({ permutation = true, chunks = true }: BatchLaws = {}): readonly BatchLaw[] => [
  ...(permutation
    ? [
        law('S-7', (at: LossBatch) => permutationInvariant(mapOf(at), at.x, at.order)),
        law('S-7', (at: LossBatch) => gradientPermutes(mapOf(at), at.x, at.order)),
      ]
    : []),
  ...(chunks
    ? [
        law('S-6', (at: LossBatch) => meanOfChunks(mapOf(at), partOf(at), at.x, at.chunks)),
        law('S-6', (at: LossBatch) => gradientOfChunks(mapOf(at), partOf(at), at.x, at.chunks)),
      ]
    : []),
];

/** S-7 and S-6 of a value alone. */
export const metricLaws = (): readonly BatchLaw[] => [
  law('S-7', (at) => permutationInvariant(mapOf(at), at.x, at.order)),
  law('S-6', (at) => meanOfChunks(mapOf(at), partOf(at), at.x, at.chunks)),
];

/** M-2 of an accuracy, on logits with ties. */
export const shareLaw = (engine: Engine = float64): BatchLaw =>
  law('M-2', (at) =>
    shareOfRows(mapOf(at, engine), engine === float64 ? at.x : singleOf(at.x), columnsOf(at)),
  );

/** M-2, S-7 and S-6 of an accuracy. */
export const accuracyLaws = (): readonly BatchLaw[] => [shareLaw(), ...metricLaws()];

/** S-7 on a backend, bit for bit: each row's gradient is its own, wherever it stands. */
export const rowGradientLaw = (backend: Backend): BatchLaw => {
  const engine = engineOf(backend);
  return law('S-7', (at) => gradientPermutes(mapOf(at, engine), singleOf(at.x), at.order, bitwise));
};

/** The floats in the precision that a backend takes. */
const singleOf = (x: Vector): Vector =>
  x.map((data) => (data instanceof Float64Array ? Float32Array.from(data) : data));

/** A prediction that is off the target by 1 up and 1 down in turn. */
const opposed = ([, target = new Float64Array(0)]: Vector): Vector => [
  target.map((t: number, i: number) => t + (i % 2 === 0 ? 1 : -1)),
  target,
];

/** S-1, S-2, S-6 and S-7 of a mean squared error, on whole numbers. */
export const squaredErrorLaws = (): readonly BatchLaw[] => [
  law('S-1', (at) => scalarLoss(mapOf(at))),
  law('S-1', (at) => atLeast(mapOf(at), at.x)),
  law('S-1', (at) =>
    bestIs(
      mapOf(at),
      at.x.map(() => at.x[1] ?? new Float64Array(0)),
    ),
  ),
  law('S-1', (at) => apartIsAbove(mapOf(at), at.x)),
  (at) => apartIsAbove(mapOf(at), opposed(at.x)),
  law('S-2', (at) => squaredDistance(mapOf(at), at.x, at.order[0] ?? 0)),
  ...batchLaws(),
];

/** The logits, the first leaf, each made another by its number and place. */
const withLogits = (x: Vector, f: (z: number, i: number) => number): Vector =>
  singleOf(x).map((data, leaf) => (leaf === 0 ? data.map(f) : data));

/** S-3 on a backend: logits of ±88.8, ±1e4 and beyond, and rows moved there as a whole, whose loss is small. */
export const stableLaw = (backend: Backend): BatchLaw => {
  const engine = engineOf(backend);
  return law('S-3', (at) => {
    const [map, exact] = [mapOf(at, engine), mapOf(at)];
    const columns = columnsOf(at);
    const far = (z: number, i: number, size: number): number =>
      z + (Math.floor(i / columns) % 2 === 0 ? size : -size);
    return every([
      () => stableLoss(map, exact, singleOf(at.x)),
      ...[88.8, 1e4, 1e30].flatMap((size) => [
        () =>
          stableLoss(
            map,
            exact,
            withLogits(at.x, (z) => Math.sign(z) * size),
          ),
        () =>
          stableLoss(
            map,
            exact,
            withLogits(at.x, (z, i) => far(z, i, size)),
          ),
      ]),
    ]);
  });
};

/** S-1, S-3, S-6 and S-7 of a cross-entropy of logits against probabilities, or labels. */
export const crossEntropyLaws = (): readonly BatchLaw[] => [
  law('S-1', (at) => scalarLoss(mapOf(at))),
  law('S-1', (at) => atLeastEntropy(mapOf(at), at.x, columnsOf(at))),
  law('S-1', (at) => entropyAtBest(mapOf(at), at.x[1] ?? new Float64Array(0), columnsOf(at))),
  law('S-3', (at) => composedCrossEntropy(mapOf(at), at.x, columnsOf(at))),
  law('S-3', (at) => crossEntropyGradient(mapOf(at), at.x, columnsOf(at))),
  law('S-3', (at) =>
    shiftInvariantLoss(
      mapOf(at),
      at.x,
      columnsOf(at),
      at.order.map((n) => 3 * n - 4),
    ),
  ),
  ...batchLaws(),
];

/** S-8 of targets that are floats. */
export const smoothingLaw: BatchLaw = law('S-8', (at) => {
  const [z, t] = at.x;
  // Another target of the same kind: the softmax of the logits, rows that sum to 1.
  const columns = columnsOf(at);
  const other = Float64Array.from(targetRows(z ?? new Float64Array(0), columns).flatMap(softmaxOf));
  return linearInTarget(mapOf(at), [z ?? other, t ?? other], other);
});

/** S-1, S-4, S-6, S-7 and S-8 of a cross-entropy of logits against numbers from 0 to 1. */
export const binaryCrossEntropyLaws = (): readonly BatchLaw[] => [
  law('S-1', (at) => scalarLoss(mapOf(at))),
  law('S-1', (at) => atLeast(mapOf(at), at.x)),
  law('S-4', (at) => binaryIsTwoClasses(mapOf(at), at.x)),
  smoothingLaw,
  ...batchLaws(),
];
