/** Models from one thread to another: learned there, served here. */
import { either as E } from 'fp-ts';
import type { Learner, LearnerState } from '../../learner/learner.js';
import type { Value } from '../../tensor/primitive/primitive.js';
import type { Json } from '../json.js';
import { namedTensors, restoreTree } from '../checkpoint/named-tensors.js';
import type { RecordState } from './record-input.js';
import { type Model, type Snapshot, snapshotter, type SnapshotsOptions } from './snapshot.js';

/** The parameters and buffers of a snapshot as plain data, which `postMessage` takes. */
export interface ParametersMessage {
  readonly step: number;
  readonly checksum: string;
  readonly tensors: Readonly<Record<string, Value>>;
  /** What raw records are answered with, of a snapshot with `inputs`. */
  readonly records?: RecordState;
}

/** Why parameters that have come in are not served. */
export interface ParametersError {
  readonly kind: 'structure' | 'checksum';
  readonly step: number;
  /** For a person. */
  readonly message: string;
}

/** The newest parameters that came in. */
export interface HotSwap<M, A, B, Q = never> {
  /** Takes parameters in, which from now on are the newest; or tells what is wrong with them, and goes on with the last. */
  readonly swap: (message: ParametersMessage) => E.Either<ParametersError, Snapshot<M, A, B, Q>>;
  /** Nothing before the first have come. */
  readonly latest: () => Snapshot<M, A, B, Q> | undefined;
}

/**
 * A snapshot as a message, and what of it is to be transferred: copies of its numbers, which change hands and are not
 * copied again. The snapshot stays as it is.
 *
 * @example
 * steps.pipe(snapshots(mnist, { every: { ms: 50 } }), map(parametersMessage));
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
 * Serves the parameters that come from where they are learned, `like` those of a fresh state of the same learner. What
 * comes in is compared with its checksum, and then answers at once: nothing is compiled, nothing waits, and a request
 * under way ends with the parameters that it began with.
 *
 * @example
 * const service = hotSwap(mnist, mnist.init(key(1)));
 * service.latest(); // undefined
 */
export const hotSwap = <P, S, A, B, L, F extends Json = Json, Q = never>(
  learner: Learner<LearnerState<P, S>, A, B, L>,
  like: LearnerState<P, S>,
  options: Omit<SnapshotsOptions<F, Q>, 'every'> = {},
): HotSwap<Model<P, S>, A, B, Q> => {
  const make = snapshotter(learner, like, options);
  const { parameters, buffers } = like;
  let latest: Snapshot<Model<P, S>, A, B, Q> | undefined;
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
