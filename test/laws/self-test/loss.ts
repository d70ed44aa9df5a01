/** Losses, metrics and layers with planted bugs. */
import {
  binaryCrossEntropy,
  type Loss,
  loss,
  meanSquaredError,
  type Metric,
  type Shape,
  softmaxCrossEntropy,
  type Tensor,
} from 'paralens';
import {
  accuracyLaws,
  backends,
  binaryCrossEntropyLaws,
  brokenLaws,
  crossEntropyLaws,
  drawDistributions,
  drawing,
  drawLabels,
  drawTruths,
  drawWholeBatch,
  lossFamily,
  metricFamily,
  smoothingLaw,
  squaredErrorLaws,
  stableLaw,
} from 'paralens/laws/kit';
import * as operation from 'paralens/operation';
import { lawsToAsk, type Suspect } from './suspect.js';

type Matrix = Tensor<Shape>;
type Value = Tensor<readonly []>;

const { add, mean, multiply, negate, subtract, sum } = operation;

const alike = (shape: Shape) => [{ shape }, { shape }] as const;

/** A distance of tensors, under the laws of the mean squared error. */
const distance = (name: string, killedBy: readonly string[], of: Loss<Matrix, Matrix>): Suspect => {
  const family = lossFamily<Matrix, Matrix>('distance', of, alike);
  return {
    name: `mean squared error: ${name}`,
    killedBy,
    breaks: () =>
      brokenLaws(
        drawing((sampler) => drawWholeBatch(sampler, family)),
        lawsToAsk(killedBy, squaredErrorLaws()),
      ),
  };
};

/** A cross-entropy of logits and probabilities, under its laws. */
const entropy = (
  name: string,
  killedBy: readonly string[],
  f: (logits: Matrix, targets: Matrix) => Value,
): Suspect => {
  const family = lossFamily<Matrix, Matrix>('entropy', loss(f), alike);
  return {
    name: `cross-entropy: ${name}`,
    killedBy,
    breaks: () =>
      brokenLaws(
        drawing((sampler) => drawDistributions(sampler, family)),
        lawsToAsk(killedBy, [...crossEntropyLaws(), smoothingLaw, ...backends.slice(0, 1).map(stableLaw)]),
      ),
  };
};

const binary = (
  name: string,
  killedBy: readonly string[],
  f: (logits: Matrix, targets: Matrix) => Value,
): Suspect => {
  const family = lossFamily<Matrix, Matrix>('binary', loss(f), alike);
  return {
    name: `binary cross-entropy: ${name}`,
    killedBy,
    breaks: () =>
      brokenLaws(
        drawing((sampler) => drawTruths(sampler, family)),
        lawsToAsk(killedBy, binaryCrossEntropyLaws()),
      ),
  };
};

const counted = (
  name: string,
  killedBy: readonly string[],
  of: Metric<Matrix, Tensor<Shape, 'int32'>>,
): Suspect => {
  const family = metricFamily<Matrix, Tensor<Shape, 'int32'>>('accuracy', of, ([rows = 0, classes = 1]) => [
    { shape: [rows, classes] },
    { shape: [rows], dtype: 'int32', low: 0, high: classes - 1 },
  ]);
  return {
    name: `accuracy: ${name}`,
    killedBy,
    breaks: () =>
      brokenLaws(
        drawing((sampler) => drawLabels(sampler, family, true)),
        accuracyLaws(),
      ),
  };
};

const squared = (y: Matrix, t: Matrix): Matrix => multiply(subtract(y, t), subtract(y, t));
/** −mean Σ t·l over the last axis. */
const against = (t: Matrix, logarithms: Matrix): Value => negate(mean(sum(multiply(t, logarithms), [1])));
const rowsIn = ({ shape: [rows = 1] }: Matrix): number => rows;

/** A row of zeros more. */
const padded = (x: Matrix): Matrix => operation.pad(x, { low: [0, 0], high: [1, 0], interior: [0, 0] });

/** Whether the label's logit is as large as the largest: every tie counts. */
const tieAware: Metric<Matrix, Tensor<Shape, 'int32'>> = (logits, labels) => {
  const classes = operation.iota(logits.shape, 1);
  const chosen = operation.equal(classes, operation.broadcast(labels, logits.shape, [0]));
  const own = sum(operation.select(chosen, logits, operation.fullLike(logits, 0)), [1]);
  return mean(operation.cast(operation.equal<Shape, 'float32'>(own, operation.max(logits, [1])), 'float32'));
};

const firstLargest: Metric<Matrix, Tensor<Shape, 'int32'>> = (logits, labels) =>
  mean(operation.cast(operation.equal<Shape, 'int32'>(operation.argmax(logits), labels), 'float32'));

export const lossSuspects: readonly Suspect[] = [
  distance('sound', [], meanSquaredError<Shape>()),
  distance(
    'twice as much',
    ['S-2'],
    loss((y, t) => multiply(mean(squared(y, t)), 2)),
  ),
  distance(
    'a mean over the batch alone',
    ['S-2'],
    loss((y, t) => multiply(sum(squared(y, t)), 1 / rowsIn(y))),
  ),
  distance(
    'the mean of one row more than there are',
    ['S-6'],
    loss((y, t) => multiply(sum(squared(y, t)), 1 / (rowsIn(y) + 1))),
  ),
  distance(
    'an offset',
    ['S-1'],
    loss((y, t) => add(mean(squared(y, t)), 1e-3)),
  ),
  distance(
    'signs cancel',
    ['S-1'],
    loss((y, t) => multiply(mean(subtract(y, t)), mean(subtract(y, t)))),
  ),
  distance('the gradients of prediction and target are one', ['S-2'], {
    run: ([y, t]) => {
      const [value, back] = meanSquaredError<Shape>().run([y, t]);
      return [
        value,
        (dy) => {
          const [dPrediction] = back(dy);
          return [dPrediction, dPrediction];
        },
      ];
    },
  }),
  distance('the gradients of the rows are turned around', ['S-7'], {
    run: ([y, t]) => {
      const [value, back] = meanSquaredError<Shape>().run([y, t]);
      return [value, (dy) => back(dy).map((each) => operation.reverse(each, [0])) as [Matrix, Matrix]];
    },
  }),
  entropy('sound', [], (z, t) => softmaxCrossEntropy<Shape>().run([z, t])[0]),
  entropy('its sign', ['S-1'], (z, t) => negate(against(t, operation.logSoftmax(z)))),
  entropy('the base of its logarithm is 2', ['S-1'], (z, t) =>
    multiply(against(t, operation.logSoftmax(z)), Math.LOG2E),
  ),
  entropy('the largest logit is not subtracted', ['S-3'], (z, t) => {
    const e = operation.exp(z);
    return against(t, operation.log(operation.divide(e, operation.broadcast(sum(e, [1]), z.shape, [0]))));
  }),
  entropy('digits are lost beside large logits', ['S-3'], (z, t) =>
    against(t, subtract(z, operation.broadcast(operation.logSumExp(z), z.shape, [0]))),
  ),
  entropy('the softmax of the batch', ['S-3'], (z, t) => against(t, operation.logSoftmax(z, 0))),
  entropy('a row of padding is counted', ['S-6'], (z, t) =>
    against(padded(t), operation.logSoftmax(padded(z))),
  ),
  entropy('targets are squared', ['S-8'], (z, t) => against(multiply(t, t), operation.logSoftmax(z))),
  entropy('the first row weighs double', ['S-7'], (z, t) => {
    const first = (x: Matrix): Matrix => operation.slice(x, { start: [0, 0], stop: [1, x.shape[1] ?? 1] });
    return add(
      multiply(against(t, operation.logSoftmax(z)), 0.5),
      multiply(against(first(t), operation.logSoftmax(first(z))), 0.5),
    );
  }),
  binary('sound', [], (z, t) => binaryCrossEntropy<Shape>().run([z, t])[0]),
  binary(
    'its labels are swapped',
    ['S-4'],
    (z, t) => binaryCrossEntropy<Shape>().run([z, subtract(1, t)])[0],
  ),
  counted('sound', [], firstLargest),
  counted('ties count', ['M-2'], tieAware),
  counted('more than one', ['M-2'], (logits, labels) =>
    multiply(firstLargest(logits, labels), rowsIn(logits)),
  ),
];
