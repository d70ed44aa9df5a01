/** Serving while learning: predictors that stay as they are while training goes on. */
import { defer } from 'rxjs/internal/observable/defer';
import { filter } from 'rxjs/internal/operators/filter';
import { map } from 'rxjs/internal/operators/map';
import type { OperatorFunction } from 'rxjs';
import { either as E } from 'fp-ts';
import type { Backend } from '../../backend/backend.js';
import { compile } from '../../backend/compile.js';
import { defaultBackend, dataOf, type Evaluated, evaluate, force } from '../../backend/evaluate.js';
import type { Learner, LearnerState } from '../../learner/learner.js';
import type { Step } from '../../stream/train.js';
import type { AnyTensor } from '../../tensor/tensor.js';
import { leaves, type Json } from '../../tree/tree.js';
import { withLazy } from '../../stream/lazy-property.js';
import { checksumOf } from './checksum.js';
import type { OnlineEvent } from '../run/event.js';
import { type Pace, paced } from './throttle.js';
import { requireDTypes } from '../run/run-options.js';
import { inputOf, type RecordOptions, type RecordState, requireRecords } from './record-input.js';

/** A prediction, and which parameters it is of. */
export interface Answer<B> {
  readonly prediction: Evaluated<B>;
  readonly step: number;
  readonly checksum: string;
}

/** What of a state predicts. */
export type SnapshotModel<P, S> = Pick<LearnerState<P, S>, 'parameters' | 'buffers'>;

/** The model after one step, and what it predicts. It never changes. */
export interface Snapshot<M, A, B, Q = never> {
  /** Steps of the run before it. */
  readonly step: number;
  /** Of the bytes of parameters and buffers; computed when it is first read. */
  readonly checksum: string;
  /** Its parameters and buffers. */
  readonly model: M;
  readonly predict: (input: A) => Answer<B>;
  /**
   * What it predicts of a raw record, whose features are made with the state that they had behind the same step; on the
   * left why it cannot: its features threw, or it has another form than the records that were learned from. Throws
   * if `inputs` was not given, or the steps are not those of an online run.
   */
  readonly predictRecord: (record: Q) => E.Either<string, Answer<B>>;
  /** What records are answered with, where `inputs` was given. */
  readonly records: RecordState | undefined;
}

export interface SnapshotsOptions<F extends Json = Json, Q = never> extends Partial<RecordOptions<F, Q>> {
  /** After how many steps, or at most once in how many seconds; after each step unless told otherwise. */
  readonly every?: Pace;
  readonly backend?: Backend;
}

/**
 * What makes snapshots of models like that of a state. Prediction is compiled with parameters and buffers as arguments,
 * once for each form of input, so that other parameters compile nothing.
 */
export const snapshotter = <P, S, A, B, L, F extends Json, Q>(
  learner: Learner<LearnerState<P, S>, A, B, L>,
  { optimizer }: LearnerState<P, S>,
  { backend = defaultBackend, inputs, dtypes = {} }: Omit<SnapshotsOptions<F, Q>, 'every'>,
): ((
  step: number,
  model: SnapshotModel<P, S>,
  records: RecordState | undefined,
) => Snapshot<SnapshotModel<P, S>, A, B, Q>) => {
  // The optimizer has no part in a prediction; it only fills its place.
  const predict = compile(
    (model: SnapshotModel<P, S>, input: A): B => learner.predict({ ...model, optimizer }, input),
    {
      backend,
    },
  );
  return (step, { parameters, buffers }, state) => {
    // Numbers from the first on: an expression would be computed again for each answer.
    const model = force({ parameters, buffers }, { backend });
    let sum: string | undefined;
    const checksum = (): string => (sum ??= checksumOf(dataOf(leaves<AnyTensor>(model), backend)));
    const answer = (input: A): Answer<B> => ({
      prediction: evaluate(predict(model, input), { backend }),
      step,
      checksum: checksum(),
    });
    const snapshot = {
      step,
      model,
      records: inputs && state,
      predict: answer,
      predictRecord: (record: Q): E.Either<string, Answer<B>> => {
        const made = inputOf(
          { inputs: requireRecords('predictRecord', inputs, 'the option inputs'), dtypes },
          requireRecords(
            'predictRecord',
            state,
            'steps of an online run, and messages of snapshots with inputs',
          ),
          record,
        );
        // The form of the run's examples is what its model takes.
        return E.isLeft(made) ? made : E.right(answer(made.right as A));
      },
    };
    return Object.freeze(withLazy(snapshot, 'checksum', checksum));
  };
};

/**
 * Predictors of what has been learned so far, from the steps of `online` or `train`: of the first step, then at the
 * pace of `every`, and of the last step, also where the run fails. Each is immutable, answers inputs of any form that the model takes, and says
 * with every answer after how many steps it was taken and the checksum of its parameters. The newest one is served by
 * keeping it in a variable: an answer is of one snapshot, never of two. With `inputs`, a fold that has the state of the
 * run's `examples`, `predictRecord` answers raw records with the features' state of the same step.
 *
 * What a snapshot predicts is `evaluate(learner.predict(state, input))`, bit for bit. Throws if an option
 * is invalid.
 *
 * @example
 * steps.pipe(snapshots(mnist, { every: { seconds: 0.05 } })).subscribe(({ predict }) => console.log(predict(testImages)));
 */
export const snapshots = <P, S, A, B, L, F extends Json = Json, Q = never>(
  learner: Learner<LearnerState<P, S>, A, B, L>,
  { every = { steps: 1 }, ...options }: SnapshotsOptions<F, Q> = {},
): OperatorFunction<
  Step<LearnerState<P, S>> | OnlineEvent<LearnerState<P, S>, unknown, F>,
  Snapshot<SnapshotModel<P, S>, A, B, Q>
> => {
  requireDTypes('snapshots', options.dtypes ?? {});
  const pace = paced<Pick<Step<LearnerState<P, S>>, 'step' | 'state'> & Partial<RecordState>>(
    'snapshots',
    every,
  );
  return (events) =>
    defer(() => {
      let make: ReturnType<typeof snapshotter<P, S, A, B, L, F, Q>> | undefined;
      return events.pipe(
        // Asked for by name: a state that is read is copied.
        filter((event) => 'state' in event),
        pace,
        map(({ step, state, features, form }) => {
          make ??= snapshotter(learner, state, options);
          const records = features === undefined || form === undefined ? undefined : { features, form };
          return make(step, state, records);
        }),
      );
    });
};
