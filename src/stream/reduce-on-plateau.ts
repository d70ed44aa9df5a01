/** A learning rate that is reduced when nothing gets better any more: what training tells decides how it goes on. */
import { dataOf } from '../backend/evaluate.js';
import { defaultBackend } from '../backend/default.js';
import { fail } from '../error.js';
import { requireCount, required, requireFunction, requireNumber } from '../require.js';
import type { LearnerState } from '../learner/learner.js';
import { scalar } from '../tensor/primitive/constant.js';
import type { AnyTensor } from '../tensor/tensor.js';
import type { UpdateState } from '../update/update.js';
import type { Step } from './train.js';

export interface ReduceOnPlateauOptions<State> {
  /**
   * What is to become smaller, or `undefined` where there is nothing to measure: between two epochs, say. Negate what
   * is to become larger. A pure function of the step, whose number counts from 1 in each run: where a run may be
   * resumed in the middle of an epoch, `state.optimizer.count` tells how many steps there have been.
   */
  readonly measure: (step: Step<State>) => number | undefined;
  /** What the rate is multiplied by. */
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

/** A rate, and what is remembered of the measures so far. */
interface Plateau {
  readonly rate: number;
  readonly best: number;
  /** Measures since the best. */
  readonly waited: number;
  /** Measures that are not counted yet. */
  readonly cooling: number;
}

/** A number as a state holds it. */
const { fround } = Math;

type Scalars = UpdateState<unknown>['scalars'];

const numberOf = (tensor: AnyTensor): number =>
  required(dataOf([tensor], defaultBackend)[0]?.[0], 'a number');

/** What an update with an adjustable rate keeps; `undefined` of another. */
const plateauOf = ({ rate, best, waited, cooling }: Scalars): Plateau | undefined =>
  rate === undefined || best === undefined || waited === undefined || cooling === undefined
    ? undefined
    : { rate: numberOf(rate), best: numberOf(best), waited: numberOf(waited), cooling: numberOf(cooling) };

const mapValues = <T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

/** The state with each plateau in it moved on. */
const moved = <P>(state: UpdateState<P>, move: (plateau: Plateau) => Plateau): UpdateState<P> => {
  const { scalars, parts } = state;
  const plateau = plateauOf(scalars);
  const next = plateau && mapValues({ ...move(plateau) }, (value) => scalar(value));
  return {
    ...state,
    scalars: { ...scalars, ...next },
    ...(parts && { parts: mapValues(parts, (part) => moved(part, move)) }),
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
    ...[plateauOf(scalars)].flatMap((plateau) => (plateau === undefined ? [] : [plateau.rate])),
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
  optimizer: moved(state.optimizer, (plateau) => ({
    ...plateau,
    rate: fround(requireNumber('withRates', 'rate', change(plateau.rate), '[0, ∞)')),
  })),
});

/**
 * For `train`'s `revise`: multiplies the rates of `withHyperparameters` by `factor` when `patience` measures in a row were no
 * better than the best before them. What it remembers stands in the state beside the rate, so that a run that is
 * resumed goes on to the bit. Throws if an option is invalid, and when it runs where no rate is adjustable.
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
}: ReduceOnPlateauOptions<State>): ((step: Step<State>) => State | undefined) => {
  const operation = 'reduceOnPlateau';
  requireFunction(operation, 'measure', measure);
  requireNumber(operation, 'factor', factor, '[0, 1)');
  requireCount(operation, 'patience', patience, { least: 0 });
  requireNumber(operation, 'threshold', threshold, '[0, ∞)');
  requireCount(operation, 'cooldown', cooldown, { least: 0 });
  requireNumber(operation, 'minimum', minimum, '[0, ∞)');
  const least = fround(minimum);

  const move = ({ rate, best, ...before }: Plateau, measured: number): Plateau => {
    const cooled = before.cooling > 0;
    const cooling = cooled ? before.cooling - 1 : 0;
    if (measured < best - threshold) return { rate, best: measured, waited: 0, cooling };
    if (cooling > 0) return { rate, best, waited: 0, cooling };
    const waited = (cooled ? 0 : before.waited) + 1;
    if (waited < patience || !(rate > least)) return { rate, best, waited, cooling };
    return { rate: Math.max(fround(rate * factor), least), best, waited: 0, cooling: cooldown };
  };

  return (step) => {
    const measured = measure(step);
    if (measured === undefined) return undefined;
    const { state } = step;
    if (ratesOf(state).length === 0)
      fail({
        operation: 'reduceOnPlateau',
        what: 'the state has no learning rate to reduce',
        needed: 'an update made with withHyperparameters',
        hint: 'withHyperparameters(1e-3, (learningRate) => adam({ learningRate }))',
      });
    return { ...state, optimizer: moved(state.optimizer, (plateau) => move(plateau, fround(measured))) };
  };
};
