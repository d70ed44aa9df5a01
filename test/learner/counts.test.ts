/** Means of batches are combined with the counts that they are means of: evaluators and micro-batches. */
import {
  adam,
  type Buffers,
  chain,
  clipByGlobalNorm,
  dense,
  evaluate,
  evaluator,
  key,
  type Learner,
  learner,
  type LearnerState,
  type Loss,
  meanSquaredError,
  named,
  type Parameters,
  sequential,
  sgd,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  tensor,
  type Update,
  weighted,
} from 'paralens';
import { accumulateGradients, lookahead, movingAverage, partition } from 'paralens/update';
import { reference } from 'paralens/program';
import { checkLearner } from 'paralens/laws';
import { describe, expect, test } from 'vitest';

const backend = reference();
const model = sequential(dense(2, 3));

type Input = Tensor<readonly [number, 2]>;
type Target = unknown;

const rows = [
  [1, 2],
  [3, -1],
  [0.5, 0.25],
  [-2, 1],
  [1.5, 1],
  [0, 3],
  [2, 2],
] as const;

/** Losses whose rows count unequally, and targets of a range of examples. */
const cases: readonly (readonly [string, Loss<never, never>, (from: number, to: number) => Target])[] = [
  [
    'labels that are ignored',
    sparseSoftmaxCrossEntropy({ ignore: -1 }) as never,
    (from, to) => tensor([0, -1, -1, -1, 2, 1, 0].slice(from, to), 'int32'),
  ],
  [
    'weights',
    weighted(sparseSoftmaxCrossEntropy()) as never,
    (from, to) => ({
      target: tensor([0, 1, 2, 0, 2, 1, 0].slice(from, to), 'int32'),
      weight: tensor([3, 0, 0.5, 0, 1, 7, 0].slice(from, to)),
    }),
  ],
  [
    'examples alone',
    meanSquaredError() as never,
    (from, to) =>
      tensor(
        [[0, 1, 2], [2, 1, 0], [1, 1, 1], [0, 0, 5], [3, 2, 1], [9, 1, 1], [0, 1, 0]].slice(from, to), // prettier-ignore
      ),
  ],
];

const batch = (target: (from: number, to: number) => Target, from: number, to: number) => ({
  input: tensor(rows.slice(from, to)),
  target: target(from, to) as never,
});

const learning = (
  loss: Loss<never, never>,
  update: Update,
): Learner<LearnerState<Parameters, Buffers>, Input, never, never> =>
  learner({ model: model as never, loss, update });

describe.each(cases)('%s', (_, loss, target) => {
  test('an evaluator is independent of its size', () => {
    const l = learning(loss, sgd());
    const state = l.init(key(1));
    const whole = evaluator(l, batch(target, 0, 7), { backend, size: 7 })(state).loss;
    expect(Number.isFinite(whole)).toBe(true);
    for (const size of [1, 2, 3, 4, 5, 6])
      expect(evaluator(l, batch(target, 0, 7), { backend, size })(state).loss).toBeCloseTo(whole, 5);
  });

  test.each<readonly [string, (steps: number) => Update]>([
    ['alone', (steps) => accumulateGradients(sgd({ learningRate: 0.5 }), steps)],
    ['of adam', (steps) => accumulateGradients(adam({ learningRate: 0.5 }), steps)],
    [
      'behind clipping',
      (steps) => chain(clipByGlobalNorm(1e6), accumulateGradients(sgd({ learningRate: 0.5 }), steps)),
    ],
    [
      'in a moving average',
      (steps) => movingAverage(accumulateGradients(sgd({ learningRate: 0.5 }), steps), 0.5),
    ],
    ['in lookahead', (steps) => lookahead(accumulateGradients(sgd({ learningRate: 0.5 }), steps))],
    ['for parts', (steps) => partition({ kernel: accumulateGradients(sgd({ learningRate: 0.5 }), steps) }, accumulateGradients(sgd({ learningRate: 0.5 }), steps))], // prettier-ignore
  ])('micro-batches of unequal counts have the gradient of the whole, %s', (__, update) => {
    const cuts = [0, 1, 4, 7];
    const [parts, whole] = [learning(loss, update(3)), learning(loss, update(1))];
    let state = parts.init(key(1));
    for (const [i, from] of cuts.slice(0, -1).entries())
      [state] = parts.step(state, batch(target, from, cuts[i + 1] ?? 7));
    const [expected] = whole.step(whole.init(key(1)), batch(target, 0, 7));
    const numbers = (tree: unknown): readonly number[] =>
      Object.values(
        evaluate(tree, { backend }) as Record<string, { readonly data: readonly number[] }>,
      ).flatMap(({ data }) => [...data]);
    const [got, wanted] = [numbers(state.parameters[0]), numbers(expected.parameters[0])];
    for (const [i, x] of wanted.entries()) expect(got[i]).toBeCloseTo(x, 5);
  });
});

test('a learner whose loss ignores labels obeys the laws of learners (F-10 among them)', () => {
  const l = learner({
    model: named('all', dense(2, 3)),
    loss: sparseSoftmaxCrossEntropy<readonly [number]>({ ignore: 0 }),
    update: sgd(),
  });
  checkLearner(
    l,
    { input: { shape: [4, 2] }, target: { shape: [4], dtype: 'int32', high: 2 } },
    { runs: 2, backends: [reference()] },
  );
});

test('a batch in which nothing counts changes nothing', () => {
  const l = learner({
    model: dense(2, 3),
    loss: sparseSoftmaxCrossEntropy<readonly [number]>({ ignore: -1 }),
    update: accumulateGradients(sgd(), 2),
  });
  const none = { input: tensor([[Number.NaN, Infinity]]), target: tensor([-1], 'int32') };
  const state = l.init(key(1));
  const [after] = l.step(l.step(state, none)[0], none);
  expect(evaluate(after.parameters)).toEqual(evaluate(state.parameters));
});
