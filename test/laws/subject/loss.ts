/** The losses and metrics that the library exports, at batches of every size. */
import {
  accuracy,
  binaryCrossEntropy,
  meanSquaredError,
  type Shape,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  type Tensor,
} from 'paralens';
import { type LossFamily, lossFamily, metricFamily } from 'paralens/laws/kit';

type Matrix = Tensor<readonly [number, number]>;
type Labels = Tensor<readonly [number], 'int32'>;

/** `[batch, columns]` of predictions and of targets. */
const alike = (low: number, high: number) => (shape: Shape) =>
  [
    { shape, low: -4, high: 4 },
    { shape, low, high },
  ] as const;

const labeled = ([rows = 0, classes = 1]: Shape) =>
  [
    { shape: [rows, classes], low: -4, high: 4 },
    { shape: [rows], dtype: 'int32', low: 0, high: classes - 1 },
  ] as const;

export const families: {
  readonly [
    N in
      | 'meanSquaredError'
      | 'softmaxCrossEntropy'
      | 'sparseSoftmaxCrossEntropy'
      | 'binaryCrossEntropy'
      | 'accuracy'
  ]: LossFamily;
} = {
  meanSquaredError: lossFamily<Tensor, Tensor>('meanSquaredError', meanSquaredError<Shape>(), alike(-8, 8)),
  softmaxCrossEntropy: lossFamily<Tensor, Tensor>(
    'softmaxCrossEntropy',
    softmaxCrossEntropy<Shape>(),
    alike(0, 1),
  ),
  sparseSoftmaxCrossEntropy: lossFamily<Matrix, Labels>(
    'sparseSoftmaxCrossEntropy',
    sparseSoftmaxCrossEntropy<readonly [number]>(),
    labeled,
  ),
  binaryCrossEntropy: lossFamily<Tensor, Tensor>(
    'binaryCrossEntropy',
    binaryCrossEntropy<Shape>(),
    alike(0, 1),
  ),
  accuracy: metricFamily<Matrix, Labels>('accuracy', accuracy<readonly [number]>, labeled),
};
