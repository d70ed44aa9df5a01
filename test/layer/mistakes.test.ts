/** What layers refuse, each mistake in a line that tells what to do; and what a rest of a window means. */
import {
  convolution1d,
  convolution2d,
  crossAttention,
  dense,
  embedding,
  evaluate,
  flatten,
  globalAveragePooling,
  groupNormalization,
  key,
  layerNormalization,
  learnedPositions,
  maskedSelfAttention,
  maxPooling1d,
  maxPooling2d,
  named,
  type Para,
  type Parameters,
  prelu,
  reshape,
  residual,
  selfAttention,
  sequential,
  type Tensor,
  tensor,
  transposedConvolution2d,
} from 'paralens';
import { reparametrization, reparametrize } from 'paralens/lens';
import { attend, full, glu, normal, transpose } from 'paralens/operation';
import { describe, expect, test } from 'vitest';

const size: number = 3;
/** Runs a layer on what its type may not allow: sizes that are plain numbers say no more. */
const run =
  <P extends Parameters, A, B>(layer: Para<P, A, B>, x: unknown) =>
  () =>
    layer.run(layer.init(key(1)), x as A);
const numbers = (each: Tensor): readonly number[] => [...evaluate(each).data];

describe('at construction', () => {
  test.each([
    [
      () => convolution2d(3, 4, 3, { groups: 2 }),
      'convolution2d: the channels cannot be divided into 2 groups, got 3 inputs and 4 outputs',
    ],
    [() => convolution1d(0, 4, 3), 'convolution1d: `inputs` must be a positive integer, got 0'],
    [() => convolution2d(1, 1, [3, 0]), 'convolution2d: `window[1]` must be a positive integer, got 0'],
    [
      () => convolution2d(1, 1, 3, { stride: 0 }),
      'convolution2d: `stride` must be a positive integer, got 0',
    ],
    [
      () => convolution2d(1, 1, 3, { padding: [[1, 1]] }),
      "convolution2d: `padding` must be 'valid', 'same', or [before, after] ≥ 0 for each of 2 axes, got [[1,1]]",
    ],
    [
      () => transposedConvolution2d(2, 3, 2, { groups: 2 }),
      'transposedConvolution2d: the channels cannot be divided into 2 groups',
    ],
    [() => maxPooling2d(0), 'maxPooling2d: `size` must be a positive integer, got 0'],
    [
      () => selfAttention(6, 4),
      'selfAttention: the heads do not divide the width, got 4 heads for a width of 6',
    ],
    [() => embedding(0, 4), 'embedding: `vocabulary` must be a positive integer, got 0'],
    [
      () => groupNormalization(3, 4),
      'groupNormalization: the groups do not divide the channels, got 3 groups for 4 channels',
    ],
    [() => layerNormalization(4, { epsilon: 0 }), 'layerNormalization: `epsilon` must be in (0, ∞), got 0'],
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('when a model is traced', () => {
  test.each([
    [
      run(convolution2d(1, 2, 5), normal(key(1), [2, 3, 8, 1])),
      'convolve: the window is larger than the padded input, got [3, 8]',
    ],
    [
      run(convolution2d(2, 2, 3), normal(key(1), [2, 5, 5, 3])),
      'convolution2d: the input has the wrong number of channels, got [2, 5, 5, 3]',
    ],
    [
      run(maxPooling1d(4), normal(key(1), [1, 3, 2])),
      'maxPool: the window is larger than the padded input, got [3]',
    ],
    [
      run(globalAveragePooling(), normal(key(1), [2, 3])),
      'globalAveragePooling: the input has no spatial axes, or one of size 0, got [2, 3]',
    ],
    [
      run(reshape([2, 2]), normal(key(1), [3, 5])),
      'reshape: the examples have the wrong number of elements, got [3, 5]',
    ],
    [run(flatten(), full([], 1)), 'flatten: the input has no batch axis'],
    [
      run(learnedPositions(4, 2), normal(key(1), [1, 5, 2])),
      'learnedPositions: the sequence is too long or has the wrong width, got [1, 5, 2]',
    ],
    [
      run(crossAttention(4, 2), [normal(key(1), [1, 2, 4]), normal(key(1), [1, 2, 3])]),
      'crossAttention: the input is not a sequence of the right width, got [1, 2, 3]',
    ],
    [
      run(residual(dense(size, 4) as Para<Parameters, Tensor, Tensor>), normal(key(1), [2, 3])),
      'residual: the layer changes the shape of its input, got [2, 3] to [2, 4]',
    ],
    [run(prelu(2), normal(key(1), [2, 3])), 'multiply: the shapes do not match'],
  ])('%#', (make, message) => {
    expect(make).toThrow(message);
  });

  test('the path in the model comes first', () => {
    const model = sequential(named('stem', convolution2d(1, 2, 5)), flatten());
    expect(run(model, normal(key(1), [1, 3, 3, 1]))).toThrow('0.stem: convolve: the window is larger');
  });

  test('operations throw the same errors', () => {
    expect(() => glu(normal(key(1), [2, 3]))).toThrow('glu: the last axis has an odd size, got [2, 3]');
    const x = normal(key(1), [1, 2, 1, 2]);
    expect(() => attend(x, x, x, { mask: full([1, 3], 1, 'bool') })).toThrow(
      'attention: the mask has the wrong shape, got [1, 3]',
    );
    expect(() => attend(x, normal(key(1), [1, 0, 1, 2]), normal(key(1), [1, 0, 1, 2]))).toThrow(
      'attention: there are no keys',
    );
  });
});

describe('when it runs', () => {
  test('an index outside of the vocabulary is refused', () => {
    const layer = embedding(3, 2);
    const words = (word: number) => layer.run(layer.init(key(1)), tensor([[0, word]], 'int32'))[0];
    expect(() => evaluate(words(3))).toThrow(
      'embedding: an index is outside of the vocabulary, got 3, needed 0 to 2',
    );
    expect(() => evaluate(words(-1))).toThrow('got -1');
    expect(evaluate(words(2)).shape).toEqual([1, 2, 2]);
  });

  test('a fully masked position gets only the bias, and has no gradient', () => {
    const layer = maskedSelfAttention<4, 1, 2>(4, 2);
    const x = normal(key(2), [1, 2, 4]);
    const mask = tensor([[false, false]], 'bool');
    const [y, back] = layer.run(layer.init(key(1)), [x, mask]);
    expect(numbers(y)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    const [, [dx]] = back(full([1, 2, 4], 1));
    expect(numbers(dx)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

test('elements that do not fill a window are ignored, and have no gradient', () => {
  const layer = maxPooling1d<1, 1>(2);
  const x = tensor([[[1], [3], [2], [4], [9]]]);
  const [y, back] = layer.run([], x);
  expect(numbers(y)).toEqual([3, 4]);
  expect(numbers(back(y)[1])).toEqual([0, 3, 0, 4, 0]);
});

test('an empty batch gives an empty result', () => {
  const layer = convolution2d(1, 2, 3, { padding: 'same' });
  const [y] = layer.run(layer.init(key(1)), full([0, 4, 4, 1], 0));
  expect(evaluate(y).shape).toEqual([0, 4, 4, 2]);
});

test('a tied embedding has the gradients of both its uses', () => {
  const whole = sequential(embedding<5, 3, readonly [number]>(5, 3), dense(3, 5));
  type Tied = readonly [{ readonly table: Tensor<readonly [5, 3]>; readonly bias: Tensor<readonly [5]> }];
  const tied = reparametrize(
    reparametrization(
      1,
      (from): Tied => {
        const [{ table }, { bias }] = whole.init(from);
        return [{ table, bias }];
      },
      ([{ table, bias }]: Tied) => [{ table }, { kernel: transpose(table, [1, 0]), bias }] as const,
    ),
    whole,
  );
  const [{ table, bias }] = tied.init(key(3));
  const words = tensor([1, 4, 1], 'int32');
  const [y, back] = tied.run([{ table, bias }], words);
  const apart = [{ table }, { kernel: transpose(table, [1, 0]), bias }] as const;
  const [same, backApart] = whole.run(apart, words);
  expect(numbers(y)).toEqual(numbers(same));
  const [[{ table: both }]] = back(y);
  const [[{ table: first }, { kernel: second }]] = backApart(same);
  const sums = numbers(first).map((each, i) => each + (numbers(transpose(second, [1, 0]))[i] ?? 0));
  for (const [i, each] of numbers(both).entries()) expect(each).toBeCloseTo(sums[i] ?? 0, 5);
});
