/** Batches for losses: whole numbers for distances, logits with probabilities or labels for cross-entropies. */
import { fastCheck } from '../fast-check.js';
import type { Sampler } from '../arbitrary/draw.js';
import { drawOrder } from '../arbitrary/view.js';
import { float64 } from '../map/engine.js';
import { showVector, type Vector } from '../map/vector.js';
import { range } from '../../src/tensor/shape.js';
import type { LossBatch, LossFamily } from './family.js';

/** The same, shown in failures as a person would write it down. */
export const showing = (
  batch: LossBatch,
): LossBatch & { readonly [fastCheck.toStringMethod]: () => string } => ({
  ...batch,
  [fastCheck.toStringMethod]: () => {
    const { family, shape, x, order, chunks } = batch;
    const at = showVector(family.at(shape).on(float64).domain, x);
    return `${family.name} at ${at}; order ${order.join(', ')}; ${chunks} chunks`;
  },
});

/** A batch of one to three chunks of one to three rows, of one to five columns. */
const drawBatch = (
  sampler: Sampler,
  family: LossFamily,
  fill: (rows: number, columns: number) => Vector,
): LossBatch => {
  const [chunks, size, columns] = [sampler.integer(1, 3), sampler.integer(1, 3), sampler.integer(1, 5)];
  const rows = chunks * size;
  const shape = [rows, columns];
  const [x, order] = [fill(rows, columns), drawOrder(sampler, range(rows))];
  return showing({ family, shape, x, order, chunks });
};

/** Predictions and targets of whole numbers, on which sums are exact; equal ones now and then. */
export const drawWholeBatch = (sampler: Sampler, family: LossFamily): LossBatch =>
  drawBatch(sampler, family, (rows, columns) => {
    const prediction = Float64Array.from(sampler.integers(rows * columns, -8, 8));
    const target = Float64Array.from(sampler.integers(rows * columns, -8, 8));
    return [prediction, sampler.integer(0, 4) === 0 ? prediction.slice() : target];
  });

/** Rows of probabilities that sum to 1, 0 and 1 among them. */
const probabilities = (sampler: Sampler, rows: number, columns: number): Float64Array =>
  Float64Array.from(
    range(rows).flatMap(() => {
      const weights = sampler.integers(columns, 0, 8);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight, i) => (total === 0 ? Number(i === 0) : weight / total));
    }),
  );

const drawLogits = (sampler: Sampler, count: number): Float64Array =>
  Float64Array.from(sampler.numbers(count, -4, 4));

/** Logits, and a row of probabilities for each. */
export const drawDistributions = (sampler: Sampler, family: LossFamily): LossBatch =>
  drawBatch(sampler, family, (rows, columns) => [
    drawLogits(sampler, rows * columns),
    probabilities(sampler, rows, columns),
  ]);

/** Logits, and the index of a class for each row; ties among the logits where they are whole. */
export const drawLabels = (sampler: Sampler, family: LossFamily, whole = false): LossBatch =>
  drawBatch(sampler, family, (rows, columns) => [
    whole ? Float64Array.from(sampler.integers(rows * columns, -1, 1)) : drawLogits(sampler, rows * columns),
    Int32Array.from(sampler.integers(rows, 0, columns - 1)),
  ]);

/** Logits, and a number from 0 to 1 for each. */
export const drawTruths = (sampler: Sampler, family: LossFamily): LossBatch =>
  drawBatch(sampler, family, (rows, columns) => [
    drawLogits(sampler, rows * columns),
    Float64Array.from(sampler.integers(rows * columns, 0, 8), (n) => n / 8),
  ]);
