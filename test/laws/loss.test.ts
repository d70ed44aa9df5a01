/** S-1 to S-4, S-6 to S-8, and M-2: the losses and metrics of the library. */
import {
  cosineDistance,
  evaluate,
  hinge,
  huber,
  klDivergence,
  logCosh,
  type Loss,
  loss as paralensLoss,
  meanAbsoluteError,
  meanSquaredError as meanSquaredErrorOf,
  scalar,
  type Shape,
  softmaxCrossEntropy as softmaxCrossEntropyOf,
  sparseSoftmaxCrossEntropy as sparseSoftmaxCrossEntropyOf,
  squaredHinge,
  type Tensor,
  tensor,
  weighted,
} from 'paralens';
import { mean, softmax } from 'paralens/operation';
import { check, checkLoss, type Law, type LossOptions, type Sampler } from 'paralens/laws';
import {
  accuracyLaws,
  binaryCrossEntropyLaws,
  crossEntropyLaws,
  drawDistributions,
  drawing,
  drawLabels,
  drawTruths,
  drawWholeBatch,
  engineOf,
  type LossBatch,
  rowGradientLaw,
  shareLaw,
  smoothingLaw,
  squaredErrorLaws,
  stableLaw,
} from 'paralens/laws/kit';
import { describe, expect, test } from 'vitest';
import { families } from './subject/loss.js';
import { everyBackend, runsOn } from './subject/backends.js';

const { meanSquaredError, softmaxCrossEntropy, sparseSoftmaxCrossEntropy, binaryCrossEntropy, accuracy } =
  families;

type Kind = readonly [draw: (sampler: Sampler) => LossBatch, laws: readonly Law<LossBatch>[]];

const losses: { readonly [name: string]: Kind } = {
  meanSquaredError: [(sampler) => drawWholeBatch(sampler, meanSquaredError), squaredErrorLaws()],
  softmaxCrossEntropy: [
    (sampler) => drawDistributions(sampler, softmaxCrossEntropy),
    [...crossEntropyLaws(), smoothingLaw],
  ],
  sparseSoftmaxCrossEntropy: [
    (sampler) => drawLabels(sampler, sparseSoftmaxCrossEntropy),
    crossEntropyLaws(),
  ],
  binaryCrossEntropy: [(sampler) => drawTruths(sampler, binaryCrossEntropy), binaryCrossEntropyLaws()],
};

describe.each(Object.entries(losses))('%s', (name, [draw, laws]) => {
  test('its laws in float64', () => {
    check(name, drawing(draw), laws, { runs: 60 });
  });

  test.each(everyBackend)('S-3 finite and S-7 row by row on $name, threads: $threads', (backend) => {
    check(
      name,
      drawing(draw),
      [stableLaw(backend), rowGradientLaw(backend)].slice(name === 'meanSquaredError' ? 1 : 0),
      { runs: runsOn(backend, 20) },
    );
  });
});

describe('accuracy', () => {
  const example = drawing((sampler) => drawLabels(sampler, accuracy, true));

  test('its laws in float64', () => {
    check('accuracy', example, accuracyLaws(), { runs: 100 });
  });

  test.each(everyBackend)('a share of rows on $name, threads: $threads', (backend) => {
    check('accuracy', example, shareLaw(engineOf(backend)));
  });
});

const pairs: {
  readonly [name: string]: readonly [Loss<Tensor, Tensor>, LossOptions<Tensor, Tensor>, low: number];
} = {
  meanAbsoluteError: [meanAbsoluteError<Shape>(), { zero: true }, -3],
  huber: [huber<Shape>(0.75), { zero: true }, -3],
  logCosh: [logCosh<Shape>(), { zero: true }, -3],
  hinge: [hinge<Shape>(), {}, -1],
  squaredHinge: [squaredHinge<Shape>(), {}, -1],
  cosineDistance: [cosineDistance<Shape>(), { zero: true }, 0.25],
};

describe.each(Object.entries(pairs))('%s', (name, [loss, options, low]) => {
  test('its laws in float64, order and chunks of the batch', () => {
    const side = { shape: [4, 3], low, high: 3 } as const;
    checkLoss(loss, { prediction: side, target: side }, { name, runs: 20, backends: [], ...options });
  });

  test.each(everyBackend)('its laws on $name, threads: $threads', (backend) => {
    const side = { shape: [4, 3], low, high: 3 } as const;
    checkLoss(
      loss,
      { prediction: side, target: side },
      { name, runs: runsOn(backend, 4), backends: [backend], ...options },
    );
  });
});

describe('klDivergence', () => {
  const side = { shape: [4, 3], low: 0.01, high: 1 } as const;
  const about = { prediction: { ...side, low: -4, high: 4 }, target: side };
  // Of numbers that are no distribution it may be negative.
  const options = { name: 'klDivergence', nonnegative: false, runs: 10 };

  test('its laws in float64, order and chunks of the batch', () => {
    checkLoss(klDivergence<Shape>(), about, { ...options, backends: [] });
  });

  test.each(everyBackend)('its laws on $name, threads: $threads', (backend) => {
    checkLoss(klDivergence<Shape>(), about, { ...options, runs: runsOn(backend, 4), backends: [backend] });
  });

  test.each(everyBackend)('S-1 is 0 of the distribution itself on $name, threads: $threads', (backend) => {
    const logits = tensor([[1, 2, 3]]);
    const value = klDivergence<Shape>().run([logits, softmax(logits)])[0];
    expect(evaluate(value, { backend }).data[0]).toBeCloseTo(0, 6);
    const certain = klDivergence<Shape>().run([logits, tensor([[0, 0, 1]])]);
    expect(evaluate(certain[0], { backend }).data[0]).toBeCloseTo(0.4076059, 6);
  });
});

describe('weighted', () => {
  const rows = meanSquaredErrorOf<Shape>();
  const y = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const t = tensor([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);

  test.each(everyBackend)('S-6 masks of $name, threads: $threads', (backend) => {
    const run = (weight: Tensor<Shape, 'float32' | 'bool'>) => {
      const [value, back] = weighted(rows).run([y, { target: t, weight }]);
      return evaluate([value, back(scalar(1))[0]] as const, { backend }).map(({ data }) => [...data]);
    };
    const [plain, slope] = rows.run([y, t]);
    const whole = evaluate([plain, slope(scalar(1))[0]] as const, { backend }).map(({ data }) => [...data]);
    // A mask of ones is no mask.
    expect(run(tensor([true, true, true], 'bool'))).toEqual(whole);
    const [value, gradient] = run(tensor([1, 0, 3]));
    expect(value?.[0]).toBeCloseTo((1 + 4 + 3 * (25 + 36)) / 8, 5);
    expect(gradient?.slice(2, 4)).toEqual([0, 0]);
    // Where nothing counts nothing is lost.
    expect(run(tensor([0, 0, 0]))).toEqual([[0], [0, 0, 0, 0, 0, 0]]);
  });

  test('mistakes', () => {
    const none = paralensLoss((a: Tensor) => mean(a));
    expect(() => weighted(none).run([y, { target: t, weight: tensor([1, 1, 1]) }])).toThrow(
      'weighted: the loss is not a mean over rows',
    );
    expect(() => weighted(rows).run([y, { target: t, weight: tensor([1, 1]) }])).toThrow(
      'weighted: the shape of the weights does not match the rows, got [2] for [3, 2]',
    );
  });
});

describe('smoothed and ignored labels', () => {
  const logits = tensor([
    [1, 2, 0.5],
    [0, -1, 3],
    [2, 2, 2],
  ]);

  test.each(everyBackend)('S-8 smoothing is linear in the targets on $name, threads: $threads', (backend) => {
    const labels = tensor([1, 0, 2], 'int32');
    const onehot = tensor([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    const at = (smoothing: number) =>
      evaluate(
        [
          sparseSoftmaxCrossEntropyOf({ smoothing }).run([logits, labels])[0],
          softmaxCrossEntropyOf<Shape>({ smoothing }).run([logits, onehot])[0],
        ] as const,
        { backend },
      ).map(({ data }) => data[0] ?? 0);
    const [[none = 0], [some = 0, same = 0], [all = 0]] = [at(0), at(0.25), at(1)];
    expect(some).toBeCloseTo(0.75 * none + 0.25 * all, 5);
    expect(some).toBeCloseTo(same, 5);
  });

  test('rows of the ignored label never count', () => {
    const padded = tensor([1, -1, 2], 'int32');
    const [value, back] = sparseSoftmaxCrossEntropyOf({ ignore: -1 }).run([logits, padded]);
    const two = tensor([
      [1, 2, 0.5],
      [2, 2, 2],
    ]);
    const [expected] = sparseSoftmaxCrossEntropyOf().run([two, tensor([1, 2], 'int32')]);
    expect(evaluate(value).data[0]).toBeCloseTo(evaluate(expected).data[0] ?? 0, 6);
    expect([...evaluate(back(scalar(1))[0]).data].slice(3, 6)).toEqual([0, 0, 0]);
    const nothing = tensor([-1, -1, -1], 'int32');
    expect(evaluate(sparseSoftmaxCrossEntropyOf({ ignore: -1 }).run([logits, nothing])[0]).data[0]).toBe(0);
  });

  test('invalid shares are refused', () => {
    expect(() => softmaxCrossEntropyOf({ smoothing: 2 })).toThrow(
      'softmaxCrossEntropy: `smoothing` must be in [0, 1], got 2',
    );
    expect(() => huber(0)).toThrow('huber: `delta` must be in (0, ∞), got 0');
  });
});
