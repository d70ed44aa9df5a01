/** Reduces the learning rate when a measure stops improving. */
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
   * The measure to minimize, or `undefined` for steps without a measure, for example within an epoch. Negate a measure
   * to maximize it. It must be a pure function of the step. The step number starts at 1 in each run; in a resumed run
   * use `state.optimizer.count` for the number of all steps.
   */
  readonly measure: (step: Step<State>) => number | undefined;
  /** The factor of a reduction. */
  readonly factor?: number;
  /** The number of measures in a row without improvement before a reduction. */
  readonly patience?: number;
  /** A measure is an improvement if it is lower than the best by more than this. */
  readonly threshold?: number;
  /** The number of measures after a reduction that are not counted; the last of them counts again, as in Keras. */
  readonly cooldown?: number;
  /** The smallest learning rate. */
  readonly minimum?: number;
}

/** A state with the state of an optimizer. */
export type Optimized = Pick<LearnerState<unknown>, 'optimizer'>;

/** A learning rate, and the progress of its measure. */
interface Plateau {
  readonly rate: number;
  readonly best: number;
  /** The number of measures since the best. */
  readonly waited: number;
  /** The number of measures that are not counted after a reduction. */
  readonly cooling: number;
}

/** Rounds to float32, as numbers in a state are stored. */
const { fround } = Math;

type Scalars = UpdateState<unknown>['scalars'];

const numberOf = (tensor: AnyTensor): number =>
  required(dataOf([tensor], defaultBackend)[0]?.[0], 'a number');

/** The plateau in the scalars of an update; `undefined` without an adjustable rate. */
const plateauOf = ({ rate, best, waited, cooling }: Scalars): Plateau | undefined =>
  rate === undefined || best === undefined || waited === undefined || cooling === undefined
    ? undefined
    : { rate: numberOf(rate), best: numberOf(best), waited: numberOf(waited), cooling: numberOf(cooling) };

const mapValues = <T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));

/** The state with `move` applied to each plateau in it. */
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
 * The adjustable learning rates in a state; an empty list if its update has none.
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
 * The state with each adjustable learning rate changed by a function; unchanged if its update has none. Throws if a
 * rate becomes negative or not finite.
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
 * For the option `revise` of `train`: multiplies the learning rates of `withHyperparameters` by `factor` after
 * `patience` measures in a row without improvement. Its memory is in the training state, so resuming gives bitwise the
 * same run. Throws if an option is invalid; while running, if the update has no adjustable rate.
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
