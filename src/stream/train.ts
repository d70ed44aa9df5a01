/** Training: a fold of a learner's step over a stream of batches. */
import type { OperatorFunction } from 'rxjs';
import type { Backend } from '../backend/backend.js';
import { defaultBackend } from '../backend/evaluate.js';
import { withTime } from '../error.js';
import type { Batch, Learner } from '../learner/learner.js';
import type { Key } from '../operation/random.js';
import { type Fold, foldOver } from './fold.js';
import { withLazy } from './lazy-property.js';
import { isFinite, refuseNonFinite } from './non-finite.js';
import { type StateHandle, stepper } from './stepper.js';

/** One training step, as `train` emits it. Its `step`, `state` and `revision` decide all that comes after it. */
export interface Step<State, V = unknown> {
  /** The number of steps so far. */
  readonly step: number;
  /** Of the batch, before the step. */
  readonly loss: number;
  /** The learner's metrics of the batch, before the step. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The state after the step. It never changes; it is copied when it is first read, and costs nothing until then. */
  readonly state: State;
  /** The state of the fold `revise` after the step. */
  readonly revision: V;
}

export type TrainOptions<State, V = null> = {
  readonly backend?: Backend;
  /** On a number that is not finite, says also which operation of which layer made it; slower. */
  readonly debug?: boolean;
  /**
   * A fold over the steps that may return another state to continue from, or `undefined`. An example is
   * `reduceOnPlateau`.
   */
  readonly revise?: Fold<V, Step<State>, State | undefined>;
} & (
  | { readonly state: State }
  | { readonly key: Key }
  /** The last step of an earlier run, which is continued exactly as if it had never stopped. */
  | { readonly from: Pick<Step<State, V>, 'step' | 'state' | 'revision'> }
);

/** Everything that determines the following steps. */
interface Training<State, V> {
  readonly step: number;
  readonly learner: StateHandle<State>;
  readonly revision: V;
}

/** The training fold: takes the learner's step, and then lets `revise` replace the new state. */
const training = <State, A, B, L, V>(
  learner: Learner<State, A, B, L>,
  options: TrainOptions<State, V>,
): Pick<Fold<Training<State, V>, Batch<A, L>, Step<State, V>>, 'initial' | 'step'> => {
  const { backend = defaultBackend, debug = false, revise } = options;
  const begin = (): Pick<Step<State, V>, 'step' | 'state' | 'revision'> => {
    if ('from' in options) return options.from;
    const state = 'state' in options ? options.state : learner.init(options.key);
    // Without `revise` V is null.
    return { step: 0, state, revision: revise?.initial ?? (null as V) };
  };
  const { step: first, state, revision } = begin();
  const machine = stepper(learner, state, backend);
  const next = (before: Training<State, V>, batch: Batch<A, L>) => {
    const { loss, metrics, after, inputs, compiled } = machine.step(before.learner, batch);
    if (!Number.isFinite(loss) || (debug && !after.data().every(isFinite)))
      refuseNonFinite(loss, compiled, debug ? [...before.learner.data(), ...inputs] : undefined);
    const step = before.step + 1;
    const emitted = (at: StateHandle<State>, memory: V): Step<State, V> =>
      withLazy({ step, loss, metrics, revision: memory }, 'state', at.state);
    const [memory, revised] = revise?.step(before.revision, emitted(after, before.revision)) ?? [
      before.revision,
    ];
    const now = revised === undefined ? after : machine.at(revised);
    return [{ step, learner: now, revision: memory }, emitted(now, memory)] as const;
  };
  return {
    initial: { step: first, learner: machine.at(state), revision },
    step: (before, batch) => {
      try {
        return next(before, batch);
      } catch (error) {
        throw withTime(`step ${before.step + 1}`, error);
      }
    },
  };
};

/**
 * Trains a learner over a stream of batches: an rxjs operator that emits one step for each batch, in order. The result
 * is bitwise that of `scan` with the learner's step. The step is compiled once for each batch size (a shorter last
 * batch has its own); the eight most recent programs are cached. The state stays in the memory of the backend. Each
 * subscription starts again from the given state, from a new state made with the key, or from a step of an earlier run.
 * Unsubscribing stops before the next step. A stream without batches emits nothing.
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
export const train = <State, A, B, L, V = null>(
  learner: Learner<State, A, B, L>,
  options: TrainOptions<State, V>,
): OperatorFunction<Batch<A, L>, Step<State, V>> => foldOver(() => training(learner, options));
