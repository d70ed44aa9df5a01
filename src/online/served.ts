/** Parameters from one thread to another: learned there, served here. */
import { either as E } from 'fp-ts';
import type { Backend } from '../backend/backend.js';
import { defaultBackend } from '../backend/default.js';
import type { Learner, LearnerState } from '../learner/learner.js';
import type { Parameters } from '../lens/para.js';
import type { Value } from '../tensor/primitive/primitive.js';
import { namedTensors, restoreTree } from './named-tensors.js';
import { type Snapshot, snapshotter } from './snapshot.js';

/** The parameters of a snapshot as plain data, which `postMessage` takes. */
export interface ParametersMessage {
  readonly step: number;
  readonly checksum: string;
  readonly tensors: Readonly<Record<string, Value>>;
}

/** Why parameters that have come in are not served. */
export interface ParametersError {
  readonly kind: 'structure' | 'checksum';
  readonly step: number;
  /** For a person. */
  readonly message: string;
}

/** The newest parameters that came in. */
export interface Served<P, A, B> {
  /** Takes parameters in, which from now on are the newest; or tells what is wrong with them, and goes on with the last. */
  readonly swap: (message: ParametersMessage) => E.Either<ParametersError, Snapshot<P, A, B>>;
  /** Nothing before the first have come. */
  readonly latest: () => Snapshot<P, A, B> | undefined;
}

/**
 * A snapshot as a message, and what of it is to be transferred: copies of its numbers, which change hands and are not
 * copied again. The snapshot stays as it is.
 *
 * @example
 * steps.pipe(snapshots(mnist, { every: { ms: 50 } }), map(parametersMessage));
 */
export const parametersMessage = <P>({
  step,
  checksum,
  parameters,
}: Snapshot<P, never, unknown>): {
  readonly message: ParametersMessage;
  readonly transfer: readonly ArrayBuffer[];
} => {
  const transfer: ArrayBuffer[] = [];
  const tensors = Object.fromEntries(
    Object.entries(namedTensors(parameters)).map(([name, value]) => {
      const data = value.data.slice();
      transfer.push(data.buffer);
      return [name, { ...value, data }];
    }),
  );
  return { message: { step, checksum, tensors }, transfer };
};

/**
 * Serves the parameters that come from where they are learned, `like` those of a fresh state of the same learner. What
 * comes in is compared with its checksum, and then answers at once: nothing is compiled, nothing waits, and a request
 * under way ends with the parameters that it began with.
 *
 * @example
 * const service = served(mnist, mnist.init(key(1)));
 * service.latest(); // undefined
 */
export const served = <P extends Parameters, A, B, L>(
  learner: Learner<P, A, B, L>,
  like: LearnerState<P>,
  { backend = defaultBackend }: { readonly backend?: Backend } = {},
): Served<P, A, B> => {
  const make = snapshotter(learner, like, backend);
  let latest: Snapshot<P, A, B> | undefined;
  return {
    latest: () => latest,
    swap: ({ step, checksum, tensors }) => {
      const refuse = (kind: ParametersError['kind'], message: string) => E.left({ kind, step, message });
      const parameters = restoreTree(like.parameters, tensors);
      if (E.isLeft(parameters)) return refuse('structure', parameters.left.message);
      const next = make(step, parameters.right);
      if (next.checksum !== checksum)
        return refuse('checksum', `of step ${step}: ${next.checksum} came in, ${checksum} was sent`);
      latest = next;
      return E.right(next);
    },
  };
};
