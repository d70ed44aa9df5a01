/** Serving while learning: predictors that stay as they are while training goes on. */
import { EMPTY } from 'rxjs/internal/observable/empty';
import { concat } from 'rxjs/internal/observable/concat';
import { defer } from 'rxjs/internal/observable/defer';
import { of } from 'rxjs/internal/observable/of';
import { filter } from 'rxjs/internal/operators/filter';
import { map } from 'rxjs/internal/operators/map';
import type { MonoTypeOperatorFunction, OperatorFunction } from 'rxjs';
import type { Backend } from '../backend/backend.js';
import { compile } from '../backend/compile.js';
import { defaultBackend } from '../backend/default.js';
import { dataOf, type Evaluated, evaluate, force } from '../backend/evaluate.js';
import type { Learner, LearnerState } from '../learner/learner.js';
import type { Parameters } from '../lens/para.js';
import type { Step } from '../stream/train.js';
import type { AnyTensor } from '../tensor/tensor.js';
import { leaves } from '../tree/tree.js';
import { withLazy } from '../stream/lazy-property.js';
import { checksumOf } from './checksum.js';
import type { OnlineEvent } from './event.js';
import { everyMilliseconds } from './paced.js';
import { requireCount } from './require-count.js';

/** A prediction, and which parameters it is of. */
export interface Answer<B> {
  readonly prediction: Evaluated<B>;
  readonly step: number;
  readonly checksum: string;
}

/** The parameters after one step, and what they predict. It never changes. */
export interface Snapshot<P, A, B> {
  /** Steps of the run before it. */
  readonly step: number;
  /** Of the parameters' bytes; computed when it is first read. */
  readonly checksum: string;
  readonly parameters: P;
  readonly predict: (input: A) => Answer<B>;
}

export interface SnapshotsOptions {
  /** After how many steps, or at most how often in milliseconds; after each step unless told otherwise. */
  readonly every?: { readonly steps: number } | { readonly ms: number };
  readonly backend?: Backend;
}

/**
 * What makes snapshots of parameters like these. Prediction is compiled with the parameters as arguments, once for each
 * form of input, so that other parameters compile nothing.
 */
export const snapshotter = <P extends Parameters, A, B, L>(
  learner: Learner<P, A, B, L>,
  { update }: LearnerState<P>,
  backend: Backend,
): ((step: number, parameters: P) => Snapshot<P, A, B>) => {
  // A prediction is of the parameters alone; the update only fills its place.
  const predict = compile((parameters: P, input: A): B => learner.predict({ parameters, update }, input), {
    backend,
  });
  return (step, given) => {
    // Numbers from the first on: an expression would be computed again for each answer.
    const parameters = force(given, { backend });
    let sum: string | undefined;
    const checksum = (): string => (sum ??= checksumOf(dataOf(leaves<AnyTensor>(parameters), backend)));
    const snapshot = {
      step,
      parameters,
      predict: (input: A): Answer<B> => ({
        prediction: evaluate(predict(parameters, input), { backend }),
        step,
        checksum: checksum(),
      }),
    };
    return Object.freeze(withLazy(snapshot, 'checksum', checksum));
  };
};

/** The first value, every so many-th after it, and the last. */
const everySteps =
  <T>(steps: number): MonoTypeOperatorFunction<T> =>
  (source) =>
    defer(() => {
      let since = 0;
      let left: { readonly value: T } | undefined;
      const due = source.pipe(
        filter((value) => {
          const isDue = since === 0;
          since = (since + 1) % steps;
          left = isDue ? undefined : { value };
          return isDue;
        }),
      );
      return concat(
        due,
        defer(() => (left === undefined ? EMPTY : of(left.value))),
      );
    });

const paced = <T>(every: Required<SnapshotsOptions>['every']): MonoTypeOperatorFunction<T> => {
  if ('ms' in every) return everyMilliseconds('snapshots', 'every.ms', every.ms);
  requireCount('snapshots', '`every.steps` must be a number of steps', every.steps);
  return everySteps(every.steps);
};

/**
 * Predictors of what has been learned so far, from the steps of `online` or `train`: of the first step, then at the
 * pace of `every`, and of the last step. Each is immutable, answers inputs of any form that the model takes, and says
 * with every answer after how many steps it was taken and the checksum of its parameters. The newest one is served by
 * keeping it in a variable: an answer is of one snapshot, never of two.
 *
 * What a snapshot predicts is `evaluate(learner.predict(state, input))`, bit for bit. Throws if the pace is
 * not a positive number.
 *
 * @example
 * steps.pipe(snapshots(mnist, { every: { ms: 50 } })).subscribe(({ predict }) => console.log(predict(testImages)));
 */
export const snapshots = <P extends Parameters, A, B, L>(
  learner: Learner<P, A, B, L>,
  { every = { steps: 1 }, backend = defaultBackend }: SnapshotsOptions = {},
): OperatorFunction<Step<P> | OnlineEvent<P, unknown>, Snapshot<P, A, B>> => {
  const pace = paced<Pick<Step<P>, 'step' | 'state'>>(every);
  return (events) =>
    defer(() => {
      let make: ReturnType<typeof snapshotter<P, A, B, L>> | undefined;
      return events.pipe(
        // Asked for by name: a state that is read is copied.
        filter((event) => 'state' in event),
        pace,
        map(({ step, state }) => {
          make ??= snapshotter(learner, state, backend);
          return make(step, state.parameters);
        }),
      );
    });
};
