/** A learning rate in the state of its update, which can be changed between two steps. */
import type { Lens } from '../lens/lens.js';
import { requireNumber } from '../require.js';
import { scalar } from '../tensor/primitive/constant.js';
import { type Schedule, scheduleOf } from './schedule.js';
import { nextCount, type Update, type Updated, type UpdateInput, type UpdateState } from './update.js';

/** The state of the update inside. */
const INNER = 'inner';

/**
 * An update whose learning rate is a number in its state, `scalars.rate`, which `reduceOnPlateau` changes. `withRate`
 * gets the rate as a schedule and may use it in one or several updates, or multiply it with another schedule. Throws if
 * the rate is not a number ≥ 0.
 *
 * @example
 * learner({ model, loss: sparseSoftmaxCrossEntropy(), update: withHyperparameters(1e-3, (learningRate) => adam({ learningRate })) });
 */
export const withHyperparameters = (rate: number, withRate: (rate: Schedule) => Update): Update => {
  requireNumber('withHyperparameters', 'rate', rate, '[0, ∞)');
  const initial = scheduleOf(rate);
  const fresh = withRate(initial);
  return {
    init: <P>(parameters: P): UpdateState<P> => ({
      count: scalar(0, 'int32'),
      scalars: { rate: scalar(rate) },
      slots: {},
      parts: { [INNER]: fresh.init(parameters) },
    }),
    lens: <P>(): Lens<UpdateInput<P>, Updated<P>, P, P> => ({
      run: ([state, parameters, weight]) => {
        const { rate: now = scalar(rate) } = state.scalars;
        // The part is the state of the inner update, for the same parameters.
        const inner = (state.parts?.[INNER] ?? fresh.init(parameters)) as UpdateState<P>;
        const [at, back] = withRate(() => now)
          .lens<P>()
          .run([inner, parameters, weight]);
        return [
          at,
          (gradient) => {
            const [next, moved] = back(gradient);
            return [{ ...state, count: nextCount(state.count), parts: { [INNER]: next } }, moved] as const;
          },
        ];
      },
    }),
  };
};
