/** Losses of infinite predictions are what they tend to, and so are their gradients. */
import {
  binaryCrossEntropy,
  evaluate,
  hinge,
  huber,
  klDivergence,
  logCosh,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  squaredHinge,
  type Tensor,
  tensor,
  wasm,
} from 'paralens';
import { reference } from 'paralens/program';
import { gradient, logSoftmax, logSumExp, softmax } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const I = Infinity;

type Case = readonly [
  loss: string,
  prediction: readonly number[],
  target: readonly number[],
  value: number,
  slope: readonly number[],
];

const losses: { readonly [name: string]: () => Loss<Tensor, Tensor> } = {
  binaryCrossEntropy,
  softmaxCrossEntropy,
  'softmaxCrossEntropy, smoothed': () => softmaxCrossEntropy({ smoothing: 0.5 }),
  klDivergence,
  meanSquaredError,
  meanAbsoluteError,
  logCosh,
  huber: () => huber(1),
  hinge,
  squaredHinge,
};

/** Limits as the prediction goes there, the batch of one row. */
const cases: readonly Case[] = [
  ['binaryCrossEntropy', [I], [1], 0, [0]],
  ['binaryCrossEntropy', [-I], [0], 0, [0]],
  ['binaryCrossEntropy', [I], [0], I, [1]],
  ['binaryCrossEntropy', [-I], [1], I, [-1]],
  ['binaryCrossEntropy', [I], [0.5], I, [0.5]],
  ['binaryCrossEntropy', [-I], [0.5], I, [-0.5]],
  ['softmaxCrossEntropy', [I, 0, 1], [1, 0, 0], 0, [0, 0, 0]],
  ['softmaxCrossEntropy', [I, 0, 1], [0, 1, 0], I, [1, -1, 0]],
  ['softmaxCrossEntropy', [-I, 0, 0], [0, 0.5, 0.5], Math.log(2), [0, 0, 0]],
  ['softmaxCrossEntropy', [-I, 0, 0], [1, 0, 0], I, [-1, 0.5, 0.5]],
  ['softmaxCrossEntropy', [-I, I, 0], [0, 1, 0], 0, [0, 0, 0]],
  ['softmaxCrossEntropy, smoothed', [I, 0], [1, 0], I, [0.25, -0.25]],
  ['klDivergence', [I, 0, 1], [1, 0, 0], 0, [0, 0, 0]],
  ['klDivergence', [I, 0, 1], [0, 1, 0], I, [1, -1, 0]],
  ['klDivergence', [-I, 0, 0], [0, 0.5, 0.5], 0, [0, 0, 0]],
  ['meanSquaredError', [I], [1], I, [I]],
  ['meanSquaredError', [-I], [1], I, [-I]],
  ['meanAbsoluteError', [I], [1], I, [1]],
  ['meanAbsoluteError', [-I], [1], I, [-1]],
  ['logCosh', [I], [1], I, [1]],
  ['logCosh', [-I], [1], I, [-1]],
  ['huber', [I], [1], I, [1]],
  ['huber', [-I], [1], I, [-1]],
  ['hinge', [I], [1], 0, [0]],
  ['hinge', [-I], [1], I, [-1]],
  ['hinge', [-I], [-1], 0, [0]],
  ['squaredHinge', [I], [1], 0, [0]],
  ['squaredHinge', [-I], [1], I, [-I]],
];

describe.each([reference(), wasm(), reference({ precision: 'float64' })])('on $name', (backend) => {
  const numbers = (x: Tensor): readonly number[] => [...evaluate(x, { backend }).data];

  test.each(cases)('%s of %j against %j is %d', (name, prediction, target, value, slope) => {
    const loss = losses[name]?.() ?? meanSquaredError();
    const run = (y: Tensor): Tensor<readonly []> => loss.run([y, tensor([target])])[0];
    const [got = Number.NaN] = numbers(run(tensor([prediction])));
    if (value === I) expect(got).toBe(I);
    else expect(got).toBeCloseTo(value, 6);
    for (const [i, each] of numbers(gradient(run)(tensor([prediction]))).entries())
      if (Math.abs(slope[i] ?? 0) === I) expect(each).toBe(slope[i]);
      else expect(each).toBeCloseTo(slope[i] ?? 0, 6);
  });

  test.each(Object.keys(losses))('%s of a prediction that is NaN is NaN', (name) => {
    const loss = losses[name]?.() ?? meanSquaredError();
    expect(numbers(loss.run([tensor([[Number.NaN, 0]]), tensor([[1, 0]])])[0])).toEqual([Number.NaN]);
  });

  test.each([0, 1, 0.1])('sparse softmax cross-entropy of infinite logits, smoothing %d', (smoothing) => {
    const loss = sparseSoftmaxCrossEntropy({ smoothing });
    const of = (logits: readonly number[], label: number): number =>
      numbers(loss.run([tensor([logits]), tensor([label], 'int32')])[0])[0] ?? 0;
    expect(of([I, 0], 0)).toBe(smoothing === 0 ? 0 : I);
    expect(of([I, 0], 1)).toBe(I);
    expect(of([-I, 0], 0)).toBe(I);
    expect(of([0, -I], 0)).toBe(smoothing === 0 ? 0 : I);
  });

  test('softmax and its logarithms of infinite logits', () => {
    expect(numbers(softmax(tensor([I, 0, -I])))).toEqual([1, 0, 0]);
    expect(numbers(softmax(tensor([I, I, 3])))).toEqual([0.5, 0.5, 0]);
    expect(numbers(logSoftmax(tensor([I, 0, -I])))).toEqual([0, -I, -I]);
    expect(numbers(logSumExp(tensor([I, 0, -I])))).toEqual([I]);
    expect(numbers(logSumExp(tensor([-I, -I])))).toEqual([-I]);
  });
});
