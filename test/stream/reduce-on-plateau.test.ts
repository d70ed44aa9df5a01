/** The rule of ReduceLROnPlateau against Keras's own, in plain numbers, and what a run with it looks like. */
import fc from 'fast-check';
import {
  adam,
  dense,
  evaluate,
  key,
  learner,
  type LearnerState,
  meanSquaredError,
  named,
  ratesOf,
  reduceOnPlateau,
  type ReduceOnPlateauOptions,
  sgd,
  tensor,
  train,
  withRates,
} from 'paralens';
import { partition, withHyperparameters } from 'paralens/update';
import { pure } from 'paralens/online';
import { from, lastValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';

type Options = Required<Omit<ReduceOnPlateauOptions<never>, 'measure'>>;

/** `on_epoch_end` of keras.callbacks.ReduceLROnPlateau, line by line; rates as float32 holds them. */
const keras = (start: number, options: Options, measures: readonly number[]): readonly number[] => {
  const { factor, patience, threshold, cooldown, minimum } = options;
  let [rate, best, wait, counter] = [Math.fround(start), Infinity, 0, 0];
  return measures.map((current) => {
    if (counter > 0) {
      counter -= 1;
      wait = 0;
    }
    if (current < best - threshold) {
      best = current;
      wait = 0;
    } else if (counter <= 0) {
      wait += 1;
      if (wait >= patience && rate > Math.fround(minimum)) {
        rate = Math.max(Math.fround(rate * factor), Math.fround(minimum));
        counter = cooldown;
        wait = 0;
      }
    }
    return rate;
  });
};

const line = learner({
  model: dense(1, 1),
  loss: meanSquaredError(),
  update: withHyperparameters(0.5, (learningRate) => sgd({ learningRate })),
});

type State = ReturnType<typeof line.init>;

/** The rates after each of these measures. */
const ratesAfter = (options: Options, measures: readonly number[]): readonly number[] => {
  const revise = reduceOnPlateau<State>({
    ...options,
    measure: ({ loss }) => loss,
  });
  let [state, memory] = [line.init(key(1)), revise.initial];
  return measures.map((loss, i) => {
    const [next, revised = state] = revise.step(memory, { step: i + 1, loss, metrics: {}, state });
    [state, memory] = [revised, next];
    return ratesOf(state)[0] ?? Number.NaN;
  });
};

const usual: Options = { factor: 0.1, patience: 10, threshold: 1e-4, cooldown: 0, minimum: 0 };

test('reduces as Keras does', () => {
  const optionsOf = fc.record({
    factor: fc.constantFrom(0, 0.1, 0.5, 0.9),
    patience: fc.nat(4),
    threshold: fc.constantFrom(0, 1e-4, 0.1),
    cooldown: fc.nat(3),
    minimum: fc.constantFrom(0, 0.01, 0.3, 1),
  });
  // Few values, so that measures are often equal or a threshold apart; now and then one that is none.
  const measure = fc.oneof({ weight: 20, arbitrary: fc.nat(9).map((n) => n / 10) }, fc.constant(Number.NaN));
  fc.assert(
    fc.property(optionsOf, fc.array(measure, { maxLength: 30 }), (options, measures) => {
      expect(ratesAfter(options, measures)).toEqual(keras(0.5, options, measures));
    }),
    { numRuns: 300, seed: 20_210_301 },
  );
});

test('by hand: two no better, a quarter; a cooldown of two, the second of which counts; not below the minimum', () => {
  const options = { ...usual, factor: 0.25, patience: 2, cooldown: 2, minimum: 0.03125 };
  expect(ratesAfter(options, [3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1])).toEqual([
    0.5, 0.5, 0.5, 0.125, 0.125, 0.125, 0.03125, 0.03125, 0.03125, 0.03125, 0.03125, 0.03125, 0.03125,
  ]);
});

const batch = { input: tensor([[1], [2]]), target: tensor([[3], [5]]) };

test('the emitted state is the revised one, and the next step uses its rate', async () => {
  // Better once, then never again; nothing is measured at the first step.
  const measure = ({ step }: { readonly step: number }): number | undefined => (step === 1 ? undefined : 7);
  const revise = reduceOnPlateau<State>({ measure, patience: 1, factor: 0 });
  const steps = await lastValueFrom(
    from([batch, batch, batch, batch, batch]).pipe(train(line, { key: key(1), revise }), toArray()),
  );
  expect(steps.map(({ state }) => ratesOf(state))).toEqual([[0.5], [0.5], [0], [0], [0]]);
  const kernels = steps.map(({ state }) => evaluate(state.parameters[0].kernel).data[0]);
  expect(new Set(kernels.slice(0, 3)).size).toBe(3);
  expect(new Set(kernels.slice(2)).size).toBe(1);
});

test('one rate for several parts is reduced once, several are reduced together', () => {
  const measured = (state: LearnerState<unknown>): readonly number[] => {
    const revise = reduceOnPlateau<LearnerState<unknown>>({
      ...usual,
      factor: 0.5,
      patience: 0,
      measure: () => Infinity,
    });
    const [, revised = state] = revise.step(revise.initial, { step: 1, loss: 0, metrics: {}, state });
    return ratesOf(revised);
  };
  const model = named('only', dense(1, 1));
  const loss = meanSquaredError();
  const own = (rate: number) => withHyperparameters(rate, (learningRate) => adam({ learningRate }));
  const several = learner({ model, loss, update: partition({ only: own(0.5) }, own(0.25)) });
  expect(measured(several.init(key(1)))).toEqual([0.25, 0.125]);
  const one = learner({
    model,
    loss,
    update: withHyperparameters(0.5, (learningRate) =>
      partition({ only: adam({ learningRate }) }, sgd({ learningRate })),
    ),
  });
  expect(measured(one.init(key(1)))).toEqual([0.25]);
});

test('without an adjustable rate, and with invalid options, it throws', () => {
  const fixed = learner({ model: dense(1, 1), loss: meanSquaredError(), update: adam() });
  const steps = from([batch]).pipe(
    train(fixed, { key: key(1), revise: reduceOnPlateau({ measure: () => 1 }) }),
  );
  steps.subscribe({
    next: () => expect.unreachable(),
    error: (error: unknown) => {
      expect(String(error)).toContain(
        'step 1: reduceOnPlateau: the optimizer has no learning rate that can be reduced',
      );
    },
  });
  expect.assertions(3);
  expect(() => reduceOnPlateau({ measure: () => 1, factor: 1 })).toThrow(
    'reduceOnPlateau: `factor` must be in [0, 1), got 1',
  );
  expect(() => reduceOnPlateau({ measure: () => 1, patience: 0.5 })).toThrow(
    'reduceOnPlateau: `patience` must be an integer ≥ 0, got 0.5',
  );
});

test('a rate that is changed to an invalid one is refused', () => {
  const state = line.init(key(1));
  for (const rate of [Number.NaN, -1, Infinity, 1e39])
    expect(() => withRates(state, () => rate)).toThrow('withRates: `rate` must be in [0, ∞)');
  expect(ratesOf(withRates(state, () => 0))).toEqual([0]);
});

test('a revised state is reported as numbers, even if it is an expression', async () => {
  const expression = line.init(key(2));
  const steps = from([batch]).pipe(train(line, { key: key(1), revise: pure(() => expression) }));
  const { state } = await lastValueFrom(steps);
  expect(expression.parameters[0].kernel.node.kind).toBe('application');
  expect(state.parameters[0].kernel.node.kind).toBe('constant');
  expect(evaluate(state)).toEqual(evaluate(expression));
});

test('a revised state of another form is refused', () => {
  const other = learner({ model: dense(1, 1), loss: meanSquaredError(), update: adam() }).init(key(1));
  from([batch])
    .pipe(train(line, { key: key(1), revise: pure(() => other) }))
    .subscribe({
      error: (error: unknown) => {
        expect(String(error)).toContain('`revise` changes the shape of the state');
      },
    });
  expect.assertions(1);
});
