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

/** What training tells of each step. */
export interface Step<State> {
  /** From 1 in each run: what is resumed counts anew. */
  readonly step: number;
  /** Of the batch, before the step. */
  readonly loss: number;
  /** The learner's metrics of the batch, before the step. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The state after the step. It never changes; it is copied when it is first read, and costs nothing until then. */
  readonly state: State;
}

export type TrainOptions<State> = {
  readonly backend?: Backend;
  /** On a number that is not finite, says also which operation of which layer made it; slower. */
  readonly debug?: boolean;
  /**
   * What the next step begins with, where that is not the state that this step has come to: a pure function of what is
   * told, which then tells of the state that it gives. `reduceOnPlateau` is one.
   */
  readonly revise?: (step: Step<State>) => State | undefined;
} & ({ readonly state: State } | { readonly key: Key });

/** A fold at its start: the function from each batch to its step. */
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
    const told: Step<State> = withLazy({ step, loss, metrics }, 'state', state);
    const revised = revise?.(told);
    return revised === undefined ? told : { step, loss, metrics, state: steps.goOnFrom(revised) };
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
 * Trains a learner over a stream of batches, as an rxjs operator: a step for every batch, in order. It means
 * `scan` of the learner's step, bit for bit. The step is compiled once for each size of batches, such as that of a
 * shorter last one, of which the latest eight are kept, and the state stays in the backend's memory. Every subscription starts afresh from the state that is given,
 * or made from the key; unsubscribing ends it before the next step; a stream without batches gives no steps.
 *
 * What goes wrong arrives as the Observable's error, the number of the step in front: a batch of another
 * structure, dtype or number of axes than the first, a loss that is not finite, a check that does not hold. The last step's state stays readable.
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
