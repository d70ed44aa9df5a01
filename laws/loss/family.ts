/** A loss, or a metric, at batches of every size: what the laws of losses are said of. */
import type { Specifications } from '../arbitrary/specification.js';
import type { NumericMap } from '../map/numeric-map.js';
import { type Subject, subjectOf, subjectOfLens } from '../map/subject.js';
import type { Vector } from '../map/vector.js';
import type { Loss } from '../../src/loss/loss.js';
import type { Metric } from '../../src/metric/metric.js';
import { allocate } from '../../src/tensor/dtype.js';
import type { Shape } from '../../src/tensor/shape.js';

/** The loss as a map from the leaves of prediction and target to one number, for each shape of a batch. */
export interface LossFamily {
  readonly name: string;
  /** The batch comes first in the shape; what the rest is, is the family's own affair. */
  readonly at: (shape: Shape) => Subject;
}

/** A loss at one batch, and how the batch is to be reordered and cut. */
export interface LossBatch {
  readonly family: LossFamily;
  readonly shape: Shape;
  /** The leaves of prediction and target. */
  readonly x: Vector;
  /** An order of the rows. */
  readonly order: readonly number[];
  /** Into how many equal chunks the batch is cut. */
  readonly chunks: number;
}

/** A subject for each shape, made once. */
const perShape = (make: (shape: Shape) => Subject): ((shape: Shape) => Subject) => {
  const made = new Map<string, Subject>();
  return (shape) => {
    const known = made.get(shape.join()) ?? make(shape);
    made.set(shape.join(), known);
    return known;
  };
};

/** A loss with what its batches are drawn from. */
export const lossFamily = <B, L>(
  name: string,
  loss: Loss<B, L>,
  specifications: (shape: Shape) => Specifications<readonly [B, L]>,
): LossFamily => ({ name, at: perShape((shape) => subjectOfLens(name, loss, specifications(shape))) });

/** A metric with what its batches are drawn from; only its value is looked at. */
export const metricFamily = <B, L>(
  name: string,
  metric: Metric<B, L>,
  specifications: (shape: Shape) => Specifications<readonly [B, L]>,
): LossFamily => {
  const f = ([prediction, target]: readonly [B, L]): unknown => metric(prediction, target);
  return { name, at: perShape((shape) => subjectOf(name, f, specifications(shape))) };
};

/** l(y, t) */
export const lossAt = (map: NumericMap, x: Vector): number => map.forward(x)[0]?.[0] ?? Number.NaN;

/** ∂l(y, t), the cotangent 1 */
export const gradientAt = (map: NumericMap, x: Vector): Vector =>
  map.backward(
    x,
    map.codomain.map(({ dtype }) => allocate(dtype, 1).fill(1)),
  );
