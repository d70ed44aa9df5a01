/** Hot swap: sends parameters from a training thread to a serving thread. */
import { either as E } from 'fp-ts';
import type { Learner, LearnerState } from '../../learner/learner.js';
import type { Value } from '../../tensor/primitive/primitive.js';
import type { Json } from '../../tree/tree.js';
import { namedTensors, restoreTree } from '../checkpoint/named-tensors.js';
import type { RecordState } from './record-input.js';
import { type SnapshotModel, type Snapshot, snapshotter, type SnapshotsOptions } from './snapshot.js';

/** The parameters and buffers of a snapshot as a message for `postMessage`. */
export interface ParametersMessage {
  readonly step: number;
  readonly checksum: string;
  readonly tensors: Readonly<Record<string, Value>>;
  /** The feature state to predict raw records, for a snapshot with `inputs`. */
  readonly records?: RecordState;
}

/** Why received parameters are not used. */
export interface ParametersError {
  readonly kind: 'structure' | 'checksum';
  readonly step: number;
  /** A message for people. */
  readonly message: string;
}

/** Holds the newest received parameters. */
export interface HotSwap<M, A, B, Q = never> {
  /** Makes received parameters the newest. Returns a `Left` if they are invalid, and keeps the last ones. */
  readonly swap: (message: ParametersMessage) => E.Either<ParametersError, Snapshot<M, A, B, Q>>;
  /** The newest snapshot; `undefined` before the first. */
  readonly latest: () => Snapshot<M, A, B, Q> | undefined;
}

/**
 * A snapshot as a message, with the buffers to transfer. The numbers are copied once and then transferred; the snapshot
 * does not change.
 *
 * @example
 * steps.pipe(snapshots(mnist, { every: { seconds: 0.05 } }), map(parametersMessage));
 */
export const parametersMessage = <M>({
  step,
  checksum,
  model,
  records,
}: Pick<Snapshot<M, never, unknown>, 'step' | 'checksum' | 'model' | 'records'>): {
  readonly message: ParametersMessage;
  readonly transfer: readonly ArrayBuffer[];
} => {
  const transfer: ArrayBuffer[] = [];
  const tensors = Object.fromEntries(
    Object.entries(namedTensors(model)).map(([name, value]) => {
      const data = value.data.slice();
      transfer.push(data.buffer);
      return [name, { ...value, data }];
    }),
  );
  return { message: { step, checksum, tensors, ...(records && { records }) }, transfer };
};

/**
 * Serves parameters received from a training thread; `like` is an initial state of the same learner. Received
 * parameters are verified by their checksum and then used at once, without compiling. A request in progress ends with
 * the parameters it started with.
 *
 * @example
 * const service = hotSwap(mnist, mnist.init(key(1)));
 * service.latest(); // undefined
 */
export const hotSwap = <P, S, A, B, L, F extends Json = Json, Q = never>(
  learner: Learner<LearnerState<P, S>, A, B, L>,
  like: LearnerState<P, S>,
  options: Omit<SnapshotsOptions<F, Q>, 'every'> = {},
): HotSwap<SnapshotModel<P, S>, A, B, Q> => {
  const make = snapshotter(learner, like, options);
  const { parameters, buffers } = like;
  let latest: Snapshot<SnapshotModel<P, S>, A, B, Q> | undefined;
  return {
    latest: () => latest,
    swap: ({ step, checksum, tensors, records }) => {
      const refuse = (kind: ParametersError['kind'], message: string) => E.left({ kind, step, message });
      const model = restoreTree({ parameters, buffers }, tensors);
      if (E.isLeft(model)) return refuse('structure', model.left.message);
      const next = make(step, model.right, records);
      if (next.checksum !== checksum)
        return refuse(
          'checksum',
          `step ${step}: received checksum ${next.checksum}, sent checksum ${checksum}`,
        );
      latest = next;
      return E.right(next);
    },
  };
};
