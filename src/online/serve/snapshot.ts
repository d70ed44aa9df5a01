/** Snapshots: immutable predictors of a model during training. */
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

/** A prediction, with the step and checksum of its parameters. */
export interface Answer<B> {
  readonly prediction: Evaluated<B>;
  readonly step: number;
  readonly checksum: string;
}

/** What of a state predicts. */
export type SnapshotModel<P, S> = Pick<LearnerState<P, S>, 'parameters' | 'buffers'>;

/** The model after one step, as an immutable predictor. */
export interface Snapshot<M, A, B, Q = never> {
  /** The number of steps of the run before it. */
  readonly step: number;
  /** The checksum of the bytes of parameters and buffers; computed when it is first read. */
  readonly checksum: string;
  /** Its parameters and buffers. */
  readonly model: M;
  readonly predict: (input: A) => Answer<B>;
  /**
   * Predicts a raw record, with the features' state after the same step. Returns the reason as `Left` if the features
   * threw, or if the record has another form than the training records. Throws without the option `inputs`, or if the
   * steps are not those of an online run.
   */
  readonly predictRecord: (record: Q) => E.Either<string, Answer<B>>;
  /** The state to predict records, with the option `inputs`. */
  readonly records: RecordState | undefined;
}

export interface SnapshotsOptions<F extends Json = Json, Q = never> extends Partial<RecordOptions<F, Q>> {
  /** After how many steps, or at most once in how many seconds; after each step unless told otherwise. */
  readonly every?: Pace;
  readonly backend?: Backend;
}

/**
 * Makes a function that takes snapshots. Prediction is compiled with parameters and buffers as arguments, once for each
 * form of input, so that new parameters need no compilation.
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
    // Computed once: an expression would be computed again for each answer.
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
        // The model takes the form of the run's examples.
        return E.isLeft(made) ? made : E.right(answer(made.right as A));
      },
    };
    return Object.freeze(withLazy(snapshot, 'checksum', checksum));
  };
};

/**
 * An operator that emits snapshots of the model from the steps of `online` or `train`: at the first step, then at the
 * pace of `every`, and at the last step, even if the run fails. Each snapshot is immutable, takes any input of the
 * model, and returns with each prediction the number of steps and the checksum of its parameters. Keep the newest one
 * in a variable to serve it; each answer uses exactly one snapshot. With `inputs`, a fold with the state of the run's
 * `examples`, `predictRecord` predicts raw records with the features' state of the same step.
 *
 * A prediction is bitwise `evaluate(learner.predict(state, input))`. Throws if an option is invalid.
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
        // Checks the property without reading it, since reading a state copies it.
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
