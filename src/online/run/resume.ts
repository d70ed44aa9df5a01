/** Where a run begins: afresh, or at its newest checkpoint. */
import { either } from 'fp-ts';
import type { Backend } from '../../backend/backend.js';
import { fail } from '../../error.js';
import type { Checkpoint, CheckpointError, CheckpointStore } from '../checkpoint/checkpoint.js';
import type { OnlineEvent } from './event.js';
import type { Json } from '../../tree/tree.js';
import { structureError } from '../checkpoint/encoding.js';
import { readRun, type RunParts, type RunState, expectedBy } from './run-state.js';
import type { Source } from '../source/source.js';

export interface RunStart<State, Pos> {
  readonly state: RunState<State>;
  /** Where the source is opened. */
  readonly after: Pos | undefined;
  /** What is told of a run that goes on, or that should have and could not. */
  readonly resumed: Extract<OnlineEvent<never, never>, { readonly kind: 'resumed' }> | undefined;
}

/** What is kept cannot be gone on with, or not be kept any more. */
export const refuseKept = ({ kind, name, message }: CheckpointError): never =>
  fail({ operation: 'online', what: message, got: `${kind}: ${name}` });

/** The position of a run, read by its source. */
const positionFor = <Pos extends Json>(
  { name, position }: Pick<Source<never, Pos>, 'name' | 'position'>,
  written: Json,
): Pos | undefined => {
  if (written === null) return undefined;
  const read = position.decode(written);
  return either.isRight(read)
    ? read.right
    : fail({
        operation: 'online',
        what: 'the position in the checkpoint belongs to another source',
        got: JSON.stringify(written),
        needed: `${position.name}, of ${name}`,
      });
};

/**
 * The run to go on with: from the checkpoint that is given, or else the newest of the store, or else a fresh one. The
 * store is looked into in any case: who has not cannot save where something is. Throws if what is kept or given is of
 * another model, pipeline or source, naming the part that differs, and if it cannot be read at all.
 */
export const beginningOf = async <State, Pos extends Json>(
  fresh: RunState<State>,
  parts: RunParts,
  source: Pick<Source<never, Pos>, 'name' | 'position'>,
  store: CheckpointStore | undefined,
  from: Checkpoint | undefined,
  backend: Backend,
): Promise<RunStart<State, Pos>> => {
  const expected = expectedBy(fresh, parts);
  const restored = await store?.restore(expected);
  if (restored !== undefined && either.isLeft(restored)) return refuseKept(restored.left);
  const { checkpoint: newest, passedOver = [] } = restored?.right ?? {};
  const checkpoint = from ?? newest;
  const resumedAt = (step: number) => ({ kind: 'resumed', step, passedOver }) as const;
  if (checkpoint === undefined) {
    const resumed = passedOver.length > 0 ? resumedAt(fresh.step) : undefined;
    return { state: fresh, after: undefined, resumed };
  }
  const difference = structureError('from', checkpoint, expected);
  if (difference !== undefined)
    return fail({
      operation: 'online',
      what: 'the checkpoint belongs to another model or pipeline',
      got: difference.message,
      hint: 'use the same learner, folds and source, or save this run in another place',
    });
  const read = readRun(checkpoint, fresh, parts, backend);
  if (either.isLeft(read)) return fail({ operation: 'online', what: read.left.message });
  const state = read.right;
  return { state, after: positionFor(source, state.position), resumed: resumedAt(state.step) };
};
