/** Reduces the learning rate when a measure stops improving. */
import { dataOf, defaultBackend } from '../backend/evaluate.js';
import { fail } from '../error.js';
import { requireCount, required, requireFunction, requireNumber } from '../require.js';
import type { LearnerState } from '../learner/learner.js';
import { scalar } from '../tensor/primitive/constant.js';
import type { UpdateState } from '../update/update.js';
import type { Fold } from './fold.js';
import type { Step } from './train.js';

/** What is read of a step of `train` or `online`. */
export type MeasuredStep<State> = Pick<Step<State>, 'step' | 'loss' | 'metrics' | 'state'>;

export interface ReduceOnPlateauOptions<State> {
  /**
   * The measure to minimize, or `undefined` for steps without a measure, for example within an epoch. Negate a measure
   * to maximize it. It must be a pure function of the step.
   */
  readonly measure: (step: MeasuredStep<State>) => number | undefined;
  /** The factor of a reduction. */
  readonly factor?: number;
  /** How many measures in a row may be no better than the best before them. */
  readonly patience?: number;
  /** A measure is better where it is lower than the best by more than this. */
  readonly threshold?: number;
  /** For so many measures after a reduction the wait begins anew; the last of them counts again, as in Keras. */
  readonly cooldown?: number;
  /** No rate is reduced below this. */
  readonly minimum?: number;
}

/** A state with an optimizer's part. */
export type Optimized = Pick<LearnerState<unknown>, 'optimizer'>;

/** A number as a state holds it. */
const { fround } = Math;

/** What `reduceOnPlateau` remembers of the measures so far. */
export type Plateau = {
  /** The best measure. */
  readonly best: number;
  /** Measures since the best. */
  readonly waited: number;
  /** Measures that are not counted yet. */
  readonly cooling: number;
};

/** The rate of a state that has one: a number as a tensor. */
type Scalars = UpdateState<unknown>['scalars'];

const rateOf = ({ rate }: Scalars): number | undefined =>
  rate && required(dataOf([rate], defaultBackend)[0]?.[0], 'a rate');

const mapValues = <T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

/** The state with each adjustable rate in it changed. */
const changed = <P>(state: UpdateState<P>, change: (rate: number) => number): UpdateState<P> => {
  const { scalars, parts } = state;
  const rate = rateOf(scalars);
  return {
    ...state,
    ...(rate !== undefined && { scalars: { ...scalars, rate: scalar(change(rate)) } }),
    ...(parts && { parts: mapValues(parts, (part) => changed(part, change)) }),
  };
};

/**
 * The adjustable learning rates in a state, as they are now; none where its update has none.
 *
 * @example
 * const update = withHyperparameters(0.5, (learningRate) => sgd({ learningRate }));
 * const { init } = learner({ model, loss: sparseSoftmaxCrossEntropy(), update });
 * ratesOf(init(key(1))); // [0.5]
 */
export const ratesOf = ({ optimizer }: Optimized): readonly number[] => {
  const ratesIn = ({ scalars, parts = {} }: UpdateState<unknown>): readonly number[] => [
    ...[rateOf(scalars)].filter((rate) => rate !== undefined),
    ...Object.values(parts).flatMap(ratesIn),
  ];
  return ratesIn(optimizer);
};

/**
 * The state with each adjustable learning rate in it changed; as it is where its update has none. Throws if
 * one becomes negative or not finite.
 *
 * @example
 * const update = withHyperparameters(0.5, (learningRate) => sgd({ learningRate }));
 * const { init } = learner({ model, loss: sparseSoftmaxCrossEntropy(), update });
 * ratesOf(withRates(init(key(1)), (rate) => 2 * rate)); // [1]
 */
export const withRates = <State extends Optimized>(
  state: State,
  change: (rate: number) => number,
): State => ({
  ...state,
  optimizer: changed(state.optimizer, (rate) => requireNumber('withRates', 'rate', change(rate), '[0, ∞)')),
});

/**
 * A fold for the option `revise` of `train` or `online`: multiplies the learning rates of `withHyperparameters` by
 * `factor` after `patience` measures in a row without improvement. Throws if an option is invalid, and when it runs on a
 * state without an adjustable rate.
 *
 * In `online`, where one argument has the learner and the fold, write the type of the state:
 * `reduceOnPlateau<ReturnType<typeof clicks.init>>({ … })`.
 *
 * Source: ReduceLROnPlateau of Keras 3, with its defaults.
 *
 * Laws: F-1 to F-5, F-7, F-8, F-13.
 *
 * @example
 * const update = withHyperparameters(1e-3, (learningRate) => adam({ learningRate }));
 * const digits = learner({ model, loss: sparseSoftmaxCrossEntropy(), update });
 * from(data).pipe(
 *   train(digits, {
 *     key: key(1),
 *     revise: reduceOnPlateau({
 *       patience: 3,
 *       measure: ({ step, state }) => (step % 468 === 0 ? onValidation(state).loss : undefined),
 *     }),
 *   }),
 * );
 */
export const reduceOnPlateau = <State extends Optimized>({
  measure,
  factor = 0.1,
  patience = 10,
  threshold = 1e-4,
  cooldown = 0,
  minimum = 0,
}: ReduceOnPlateauOptions<State>): Fold<Plateau, MeasuredStep<State>, State | undefined> => {
  const operation = 'reduceOnPlateau';
  requireFunction(operation, 'measure', measure);
  requireNumber(operation, 'factor', factor, '[0, 1)');
  requireCount(operation, 'patience', patience, { least: 0 });
  requireNumber(operation, 'threshold', threshold, '[0, ∞)');
  requireCount(operation, 'cooldown', cooldown, { least: 0 });
  requireNumber(operation, 'minimum', minimum, '[0, ∞)');
  // A rate is float32 in a state.
  const least = fround(minimum);

  /** The state with lower rates, or `undefined` where all are at the minimum. */
  const reduced = (state: State): State | undefined => {
    if (!ratesOf(state).some((rate) => rate > least)) return undefined;
    return withRates(state, (rate) => Math.max(fround(rate * factor), Math.min(rate, least)));
  };

  const requireRate = (state: State): void => {
    if (ratesOf(state).length === 0)
      fail({
        operation,
        what: 'the optimizer has no learning rate that can be reduced',
        needed: 'an update made with withHyperparameters',
        hint: 'withHyperparameters(1e-3, (learningRate) => adam({ learningRate }))',
      });
  };

  const initial: Plateau = { best: Number.MAX_VALUE, waited: 0, cooling: 0 };
  return {
    initial,
    description: { reduceOnPlateau: { factor, patience, threshold, cooldown, minimum } },
    step: (before, step) => {
      const measured = measure(step);
      if (measured === undefined) return [before, undefined];
      // At the first measure: a state that is read is copied.
      if (before === initial) requireRate(step.state);
      const cooled = before.cooling > 0;
      const cooling = cooled ? before.cooling - 1 : 0;
      if (measured < before.best - threshold) return [{ best: measured, waited: 0, cooling }, undefined];
      if (cooling > 0) return [{ ...before, waited: 0, cooling }, undefined];
      const waited = (cooled ? 0 : before.waited) + 1;
      const next = waited >= patience ? reduced(step.state) : undefined;
      return next === undefined
        ? [{ ...before, waited, cooling }, undefined]
        : [{ ...before, waited: 0, cooling: cooldown }, next];
    },
  };
};
