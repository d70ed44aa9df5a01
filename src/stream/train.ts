/** Training: a fold of a learner's step over a stream of batches. */
import { defer } from 'rxjs/internal/observable/defer';
import { map } from 'rxjs/internal/operators/map';
import type { OperatorFunction } from 'rxjs';
import type { Backend } from '../backend/backend.js';
import { defaultBackend } from '../backend/default.js';
import { withTime } from '../error.js';
import type { Batch, Learner } from '../learner/learner.js';
import type { Key } from '../operation/random.js';
import { isFinite, refuseNonFinite } from './non-finite.js';
import { withLazy } from './lazy-property.js';
import { stepper } from './stepper.js';

/** One training step, as `train` emits it. */
export interface Step<State> {
  /** The number of the step. It starts at 1 in each run, also in a resumed one. */
  readonly step: number;
  /** The loss of the batch, before the step. */
  readonly loss: number;
  /** The metrics of the batch, before the step. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The state after the step. It never changes. It is copied when it is first read, and costs nothing before. */
  readonly state: State;
}

export type TrainOptions<State> = {
  readonly backend?: Backend;
  /** Whether the error of a non-finite number names the operation and layer that made it. Slower. */
  readonly debug?: boolean;
  /**
   * May replace the state after each step: a pure function of the step. If it returns a state, the step reports that
   * state and the next step starts from it. An example is `reduceOnPlateau`.
   */
  readonly revise?: (step: Step<State>) => State | undefined;
} & ({ readonly state: State } | { readonly key: Key });

/** Starts a fold: returns the function from each batch to its step. */
const folding = <State, A, B, L>(
  learner: Learner<State, A, B, L>,
  options: TrainOptions<State>,
): ((batch: Batch<A, L>, index: number) => Step<State>) => {
  const { backend = defaultBackend, debug = false, revise } = options;
  const initial = 'state' in options ? options.state : learner.init(options.key);
  const steps = stepper(learner, initial, backend);
  const take = (batch: Batch<A, L>, step: number): Step<State> => {
    const { loss, metrics, data, state, before, inputs, compiled } = steps.step(batch);
    if (!Number.isFinite(loss) || (debug && !data().every(isFinite)))
      refuseNonFinite(loss, compiled, debug ? [...before(), ...inputs] : undefined);
    const emitted: Step<State> = withLazy({ step, loss, metrics }, 'state', state);
    const revised = revise?.(emitted);
    return revised === undefined ? emitted : { step, loss, metrics, state: steps.goOnFrom(revised) };
  };
  return (batch, index) => {
    try {
      return take(batch, index + 1);
    } catch (error) {
      throw withTime(`step ${index + 1}`, error);
    }
  };
};

/**
 * Trains a learner over a stream of batches: an rxjs operator that emits one step for each batch, in order. The result
 * is bitwise that of `scan` with the learner's step. The step is compiled once for each batch size (a shorter last
 * batch has its own); the eight most recent programs are cached. The state stays in the memory of the backend. Each
 * subscription starts again from the given state, or from a new state made with the key. Unsubscribing stops before the
 * next step. A stream without batches emits nothing.
 *
 * Errors arrive as the error of the Observable, with the number of the step: a batch with another structure, dtype or
 * number of axes than the first, a loss that is not finite, a failed check. The state of the last step stays readable.
 *
 * Laws: F-1 to F-5, F-7, F-8, F-13.
 *
 * @example
 * from(batches({ input, target }, { size: 128 }))
 *   .pipe(train(mnist, { key: key(1) }))
 *   .subscribe(({ step, loss }) => console.log(step, loss));
 */
export const train =
  <State, A, B, L>(
    learner: Learner<State, A, B, L>,
    options: TrainOptions<State>,
  ): OperatorFunction<Batch<A, L>, Step<State>> =>
  (source) =>
    defer(() => source.pipe(map(folding(learner, options))));
