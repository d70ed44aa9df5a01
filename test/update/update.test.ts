/** Updates and schedules against closed forms. The laws of updates (O) come with the whole catalogue. */
import { expect, test } from 'vitest';
import {
  adam,
  compile,
  cosineDecay,
  evaluate,
  exponentialDecay,
  momentum,
  nesterov,
  rmsprop,
  scalar,
  type Schedule,
  sgd,
  stepDecay,
  tensor,
  type Tensor,
  type Update,
  warmUp,
} from 'paralens';
import { multiply } from 'paralens/operation';

type P = { readonly weight: Tensor };

/** The parameter after each of `steps` updates with the gradient `slope` of the parameter. */
const run = (update: Update, steps: number, slope: (p: Tensor) => Tensor, start = 1): readonly number[] => {
  const step = compile((state: ReturnType<typeof update.init<P>>, p: P) => {
    const [at, back] = update.lens<P>().run([state, p]);
    return back({ weight: slope(at.weight) });
  });
  let p: P = { weight: tensor([start]) };
  let state = update.init(p);
  return Array.from({ length: steps }, () => {
    [state, p] = step(state, p);
    return evaluate(p.weight).data[0] ?? 0;
  });
};

const constant = (g: number) => () => tensor([g]);

test('gradient descent on a quadratic is a geometric sequence', () => {
  // f = ½λp² ⇒ pₜ = (1 − ηλ)ᵗ
  const path = run(sgd({ learningRate: 0.1 }), 10, (p) => multiply(p, 2));
  for (const [t, p] of path.entries()) expect(p).toBeCloseTo(0.8 ** (t + 1), 6);
});

test('momentum under a constant gradient moves by η·g·(1 − γᵗ)/(1 − γ)', () => {
  const path = run(momentum({ learningRate: 0.01, momentum: 0.9 }), 20, constant(2), 0);
  let expected = 0;
  for (const [i, p] of path.entries()) {
    expected -= (0.01 * 2 * (1 - 0.9 ** (i + 1))) / 0.1;
    expect(p).toBeCloseTo(expected, 5);
  }
});

test('Nesterov looks ahead to where a gradient of 0 would lead', () => {
  const update = nesterov({ learningRate: 0.1, momentum: 0.5 });
  const p: P = { weight: tensor([1, -2]) };
  const state = { ...update.init(p), slots: { velocity: { weight: tensor([3, 4]) } } };
  const [at, back] = update.lens<P>().run([state, p]);
  const [, moved] = back({ weight: tensor([0, 0]) });
  expect(evaluate(at.weight).data).toEqual(evaluate(moved.weight).data);
  expect(evaluate(at.weight).data[0]).toBeCloseTo(1 - 0.1 * 0.5 * 3, 6);
});

test('RMSprop divides by the running size of the gradient', () => {
  // s₁ = (1 − ρ)g² ⇒ the first step is η/√(1 − ρ), whatever the gradient
  const [first = 0] = run(rmsprop({ learningRate: 0.01, decay: 0.9 }), 1, constant(-5));
  expect(first).toBeCloseTo(1 + 0.01 / Math.sqrt(0.1), 6);
});

test('Adam moves by η under equal gradients, whatever their size', () => {
  for (const g of [1e-3, 1, 1e3]) {
    const path = run(adam({ learningRate: 0.01 }), 5, constant(g));
    for (const [i, p] of path.entries()) expect(p).toBeCloseTo(1 - 0.01 * (i + 1), 4);
  }
});

test.each([
  ['sgd', sgd()],
  ['momentum', momentum()],
  ['nesterov', nesterov()],
  ['rmsprop', rmsprop()],
  ['adam', adam()],
])('%s stays where the gradient is 0', (_, update) => {
  expect(run(update, 3, constant(0), 0.3)).toEqual([0.3, 0.3, 0.3].map(Math.fround));
});

test('parameters that are no floats stay', () => {
  const p = { table: tensor([1, 2], 'int32') };
  const update = adam();
  const [, moved] = update
    .lens<typeof p>()
    .run([update.init(p), p])[1]({ table: tensor([5, 5], 'int32') });
  expect([...evaluate(moved.table).data]).toEqual([1, 2]);
});

const rates = (schedule: Schedule, counts: readonly number[]): readonly number[] =>
  counts.map((count) => evaluate(schedule(scalar(count, 'int32'))).data[0] ?? 0);

test.each<readonly [string, Schedule, readonly number[], readonly number[]]>([
  ['step decay', stepDecay(1, 0.5, 10), [0, 9, 10, 25], [1, 1, 0.5, 0.25]],
  ['exponential decay', exponentialDecay(1, 0.5, 10), [0, 5, 10], [1, Math.SQRT1_2, 0.5]],
  ['cosine decay', cosineDecay(1, 10, 0.2), [0, 5, 10, 20], [1, 0.6, 0.2, 0.2]],
  ['warm-up', warmUp(4, stepDecay(1, 0.5, 2)), [0, 1, 4, 6], [0, 0.25, 1, 0.5]],
])('%s', (_, schedule, counts, expected) => {
  for (const [i, rate] of rates(schedule, counts).entries()) expect(rate).toBeCloseTo(expected[i] ?? 0, 5);
});

test('an update applies the rate of the count of updates before it', () => {
  const path = run(sgd({ learningRate: stepDecay(1, 0.5, 1) }), 3, constant(1), 0);
  for (const [i, p] of path.entries()) expect(p).toBeCloseTo([-1, -1.5, -1.75][i] ?? 0, 5);
});

test('a learning rate that is none is refused', () => {
  expect(() => sgd({ learningRate: -1 })).toThrow('learning rate: no rate, got -1, needed a number ≥ 0');
  expect(() => sgd({ learningRate: Number.NaN })).toThrow('learning rate: no rate, got NaN');
});
