/** A small run to keep checkpoints of. */
import { either as E } from 'fp-ts';
import { type Checkpoint, type CheckpointError, type CheckpointStore, structureHash } from 'paralens/online';

/** A checkpoint of a run of this structure: its numbers tell its step, so that parts of two never pass for one. */
export const checkpointAt = (step: number, size = 4): Checkpoint => {
  const tensors = {
    'parameters.0.kernel': {
      dtype: 'float32',
      shape: [size],
      data: Float32Array.from({ length: size }, (_, i) => step + i / size),
    },
    'update.count': { dtype: 'int32', shape: [], data: Int32Array.of(step) },
    'update.key': { dtype: 'uint32', shape: [2], data: Uint32Array.of(step, ~step) },
    'update.mask': { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, step % 2) },
  } as const;
  return {
    step,
    structure: structureHash(tensors, { features: ['a'] }),
    tensors,
    data: {
      position: { offset: step * 100 },
      mean: Number.NaN,
      low: -0,
      window: [Infinity, -Infinity, 0.1],
      name: '~é',
    },
  };
};

export const right = <A>(result: E.Either<CheckpointError, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.message);
  return result.right;
};

/** The kind and message of what is wrong. */
export const left = (result: E.Either<CheckpointError, unknown>): CheckpointError => {
  if (E.isRight(result)) throw new Error('nothing is wrong with it');
  return result.left;
};

export const restoring = async (store: CheckpointStore, wanted = checkpointAt(0)) =>
  right(await store.restore(wanted));
