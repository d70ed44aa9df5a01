/** M-3, and published values: scores over parts of a set, and metrics beside accuracy. */
import {
  absoluteError,
  accuracy,
  type Backend,
  confusionMatrix,
  dense,
  evaluate,
  evaluator,
  f1,
  key,
  learner,
  meanSquaredError,
  perplexity,
  precision,
  recall,
  rocAuc,
  rSquared,
  runningScore,
  type Score,
  sgd,
  type Shape,
  squaredError,
  type Tensor,
  tensor,
  topKAccuracy,
} from 'paralens';
import { reference } from 'paralens/program';
import { check, law, type Sampler } from 'paralens/laws';
import {
  backendLaws,
  derivativeLaws,
  drawing,
  drawSubject,
  type ScoredParts,
  scoreOfParts,
  subjectOf,
} from 'paralens/laws/kit';
import { from, lastValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { everyBackend, runsOn } from './subject/backends.js';

const places: readonly Backend[] = [reference({ precision: 'float64' }), ...everyBackend];

type Matrix = Tensor<readonly [number, number]>;
type Labels = Tensor<readonly [number], 'int32'>;
type Rows = readonly (readonly number[])[];
interface Examples {
  readonly prediction: Rows;
  readonly target: Rows;
}

/** Predictions and targets of so many rows. */
type DrawExamples = (sampler: Sampler, count: number) => Examples;

const rowsOf = (count: number, draw: () => readonly number[]): Rows => Array.from({ length: count }, draw);

const truths: DrawExamples = ({ numbers, integers }, count) => ({
  prediction: rowsOf(count, () => numbers(2, -3, 3)),
  target: rowsOf(count, () => integers(2, 0, 1)),
});
const wholeTruths: DrawExamples = ({ integers }, count) => ({
  prediction: rowsOf(count, () => integers(2, -3, 3)),
  target: rowsOf(count, () => integers(2, 0, 1)),
});
const reals: DrawExamples = ({ numbers }, count) => ({
  prediction: rowsOf(count, () => numbers(2, -3, 3)),
  target: rowsOf(count, () => numbers(2, -3, 3)),
});
const labels: DrawExamples = ({ numbers, integers }, count) => ({
  prediction: rowsOf(count, () => numbers(3, -3, 3)),
  target: rowsOf(count, () => integers(1, 0, 2)),
});

type AnyScore = Score<Tensor<never>, Tensor<never, never>, unknown>;

const scores: {
  readonly [name: string]: readonly [score: unknown, draw: DrawExamples, dtype?: 'int32'];
} = {
  precision: [precision<Shape>(), truths],
  recall: [recall<Shape>(), truths],
  f1: [f1<Shape>(), truths],
  rocAuc: [rocAuc<Shape>(), truths],
  // Each of these logits has a bin of its own.
  'rocAuc in bins': [rocAuc<Shape>(7), wholeTruths],
  rSquared: [rSquared<Shape>(), reals],
  confusionMatrix: [confusionMatrix(3), labels, 'int32'],
  perplexity: [perplexity(), labels, 'int32'],
};

describe.each(places)('on $name, threads: $threads', (backend) => {
  test.each(Object.entries(scores))('%s of the parts is that of the whole', (name, [made, draw, dtype]) => {
    const score = made as AnyScore;
    const kept = ({ prediction, target }: Examples) => {
      const columns = prediction[0]?.length ?? 0;
      const goal = target.flat();
      const measured = score.measure(
        tensor(prediction.flat(), [prediction.length, columns]) as Tensor<never>,
        tensor(
          goal,
          dtype === 'int32' ? [goal.length] : [target.length, columns],
          dtype ?? 'float32',
        ) as Tensor<never, never>,
      );
      return Object.fromEntries(
        Object.entries(evaluate(measured, { backend })).map(([key, { data }]) => [key, [...data]]),
      );
    };
    const example = drawing((sampler) => {
      const sizes = [sampler.integer(1, 4), sampler.integer(1, 4), sampler.integer(1, 4)] as const;
      const drawn = sizes.map((size) => draw(sampler, size));
      const [a, b, c] = drawn.map(kept);
      const whole = kept({
        prediction: drawn.flatMap(({ prediction }) => prediction),
        target: drawn.flatMap(({ target }) => target),
      });
      return { parts: [a ?? {}, b ?? {}, c ?? {}] as const, whole };
    });
    check(
      name,
      example,
      law('M-3', (at: ScoredParts) => scoreOfParts(name, score as Score<never, never, unknown>, at)),
      { runs: runsOn(backend, name.startsWith('rocAuc') ? 3 : 12) },
    );
  });
});

const pair = (name: string, metric: (p: Tensor, t: Tensor) => Tensor<readonly []>, columns: number) =>
  drawing((sampler) => {
    const shape: Shape = [sampler.integer(1, 5), columns];
    const side = { shape, low: -3, high: 3 } as const;
    return drawSubject(
      sampler,
      subjectOf<readonly [Tensor, Tensor], Tensor>(name, ([p, t]) => metric(p, t), [side, side]),
    );
  });

const ofLabels = (name: string, metric: (p: Matrix, t: Labels) => Tensor<readonly []>) =>
  drawing((sampler) => {
    const rows = sampler.integer(1, 5);
    return drawSubject(
      sampler,
      subjectOf<readonly [Matrix, Labels], Tensor>(name, ([p, t]) => metric(p, t), [
        { shape: [rows, 4], low: -3, high: 3 },
        { shape: [rows], dtype: 'int32', low: 0, high: 3 },
      ] as const),
    );
  });

const metrics = {
  absoluteError: pair('absoluteError', absoluteError<Shape>, 2),
  squaredError: pair('squaredError', squaredError<Shape>, 3),
  topKAccuracy: ofLabels('topKAccuracy', topKAccuracy(2)),
};

describe.each(Object.entries(metrics))('%s', (name, example) => {
  test('laws of derivatives', () => {
    check(name, example, derivativeLaws(), { runs: 10 });
  });

  test.each(everyBackend)('laws on $name, threads: $threads', (backend) => {
    check(name, example, backendLaws(backend), { runs: runsOn(backend, 6) });
  });
});

describe('published values', () => {
  const of = async <B, L, V>(score: Score<B, L, V>, prediction: B, target: L): Promise<V> =>
    lastValueFrom(from([[prediction, target] as const]).pipe(runningScore(score)));

  test('a small table by hand', async () => {
    const logits = tensor([1, 1, -1, -1, 1]);
    const truth = tensor([1, 0, 1, 0, 1]);
    // 2 of 3 found are right, 2 of 3 that are there were found.
    expect(await of(precision(), logits, truth)).toBeCloseTo(2 / 3, 6);
    expect(await of(recall(), logits, truth)).toBeCloseTo(2 / 3, 6);
    expect(await of(f1(), logits, truth)).toBeCloseTo(2 / 3, 6);
    expect(
      await of(
        confusionMatrix(2),
        tensor([
          [2, 1],
          [0, 1],
          [0, 1],
        ]),
        tensor([0, 0, 1], 'int32'),
      ),
    ).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  test('the area under the curve counts ordered pairs', async () => {
    const logits = tensor([2, 1, 0.5, -1, -2]);
    const truth = tensor([1, 0, 1, 0, 1]);
    // Of six pairs of one that is and one that is not, three are in order.
    expect(await of(rocAuc(), logits, truth)).toBeCloseTo(3 / 6, 6);
    expect(await of(rocAuc(), logits, tensor([1, 1, 1, 1, 1]))).toBeNaN();
  });

  test('R² of the variance, and the perplexity of uniform characters', async () => {
    const t = tensor([1, 2, 3]);
    expect(await of(rSquared(), t, t)).toBe(1);
    expect(await of(rSquared(), tensor([2, 2, 2]), t)).toBeCloseTo(0, 6);
    expect(await of(perplexity(), tensor([[0, 0, 0, 0]]), tensor([2], 'int32'))).toBeCloseTo(4, 5);
    expect(
      await of(
        perplexity({ ignore: -1 }),
        tensor([
          [0, 0],
          [9, 0],
        ]),
        tensor([0, -1], 'int32'),
      ),
    ).toBeCloseTo(2, 5);
  });

  test('scores of the parts combine to that of the data set', () => {
    const line = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
    const data = {
      input: tensor([
        [1, 2],
        [3, 4],
        [0, 1],
      ]),
      target: tensor([[1], [2], [4]]),
    };
    const scores = { fit: rSquared<readonly [number, number]>() };
    const state = line.init(key(1));
    const whole = evaluator(line, data, { scores })(state);
    const parts = evaluator(line, data, { scores, size: 2 })(state);
    const fit: number = parts.scores.fit;
    expect(fit).toBeCloseTo(whole.scores.fit, 5);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
  });

  test('among the k largest', () => {
    const logits = tensor([
      [3, 2, 1],
      [3, 2, 1],
      [1, 1, 1],
    ]);
    const classes = tensor([1, 2, 2], 'int32');
    // Of three equal logits two are among the two largest, whichever they are.
    expect(evaluate(topKAccuracy(2)(logits, classes)).data[0]).toBeCloseTo((1 + 0 + 2 / 3) / 3, 6);
    expect(evaluate(topKAccuracy(1)(logits, tensor([0, 0, 0], 'int32'))).data[0]).toBeCloseTo(7 / 9, 6);
    expect(evaluate(accuracy(logits, classes)).data[0]).toBe(0);
    expect(() => topKAccuracy(4)(logits, classes)).toThrow(
      'topKAccuracy: `k` must be an integer from 1 to 3, got 4',
    );
  });

  test('labels out of range are refused at run time', async () => {
    const bad = of(confusionMatrix(2), tensor([[2, 1]]), tensor([2], 'int32'));
    await expect(bad).rejects.toThrow('confusionMatrix: a label is out of range, got 2, needed 0 to 1');
    const certain = of(perplexity(), tensor([[2, 1]]), tensor([7], 'int32'));
    await expect(certain).rejects.toThrow('perplexity: a label is out of range, got 7, needed 0 to 1');
    const negative = of(rocAuc(), tensor([2, 1]), tensor([1, -1]));
    await expect(negative).rejects.toThrow('rocAuc: a target is not in [0, 1]');
    await expect(of(f1(), tensor([2, 1]), tensor([1, NaN]))).rejects.toThrow('got NaN, needed 0 to 1');
  });

  test('NaN logits and invalid labels are never correct', async () => {
    const unknown = tensor([
      [NaN, NaN, NaN],
      [NaN, 1, 2],
      [1, NaN, 2],
      [3, 1, 2],
    ]);
    for (const metric of [accuracy, topKAccuracy(1), topKAccuracy(3)]) {
      expect(evaluate(metric(unknown, tensor([0, 0, 0, 0], 'int32'))).data[0]).toBe(1 / 4);
      expect(evaluate(metric(unknown, tensor([7, 7, 7, 7], 'int32'))).data[0]).toBe(0);
      expect(evaluate(metric(unknown, tensor([-1, -1, -1, -1], 'int32'))).data[0]).toBe(0);
    }
    const [logits, truth] = [tensor([NaN, 1]), tensor([1, 0])];
    for (const score of [precision<Shape>(), recall<Shape>(), f1<Shape>(), rocAuc<Shape>()])
      expect(await of(score, logits, truth)).toBeNaN();
    const matrix = of(confusionMatrix(2), tensor([[NaN, 1]]), tensor([0], 'int32'));
    await expect(matrix).rejects.toThrow('confusionMatrix: some logits are NaN, got 1');
  });

  test('the area under the curve is exact, and with bins within half the pairs of a bin', async () => {
    const truth = tensor([0, 0, 1, 1]);
    const binned = async (...logits: readonly number[]): Promise<number> =>
      lastValueFrom(
        from(logits.map((logit, i) => [tensor([logit]), tensor([i < 2 ? 0 : 1])] as const)).pipe(
          runningScore(rocAuc(0)),
        ),
      );
    expect(await of(rocAuc(), tensor([10, 11, 12, 13]), truth)).toBe(1);
    expect(await of(rocAuc(), tensor([1e30, 1.01e30, 1.02e30, 3e38]), truth)).toBe(1);
    expect(await of(rocAuc(), tensor([-0, 0, 0, -0]), truth)).toBe(0.5);
    expect(await binned(-0, 0, 0, -0)).toBe(0.5);
    expect(await binned(10, 11, 12, 13)).toBe(1);
    expect(await binned(-3e38, -1e-30, 1e-30, Infinity)).toBe(1);
    // All in one bin: each order is as likely.
    expect(await binned(1000, 1001, 1002, 1003)).toBe(0.5);
    expect(await binned(NaN, 1, 2, 3)).toBeNaN();
    expect(await of(rocAuc(4), tensor([1000, 1001, 1002, 1003]), truth)).toBe(1);
  });

  test('for labels [n, 1] the error says to reshape them', () => {
    const column = tensor([[0], [1]], 'int32') as Tensor<Shape, 'int32'> as Tensor<never, 'int32'>;
    for (const metric of [accuracy, topKAccuracy(1)])
      expect(() =>
        metric(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          column,
        ),
      ).toThrow(
        'the shapes of logits and labels do not match, got [2, 2] and [2, 1], needed […lead, classes] and […lead]; reshape the labels to [2]',
      );
  });
});
