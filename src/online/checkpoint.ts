/** Checkpoints: the whole state of a run as one value, and where such values are kept. */
import type { either } from 'fp-ts';
import type { Value } from '../tensor/primitive/primitive.js';
import type { Json } from './json.js';

/** A run at one moment: parameters and the update's state by path, and all the rest as plain data. */
export interface Checkpoint {
  /** Steps of the run before it. */
  readonly step: number;
  /** A hash of names, shapes and dtypes of the tensors and of what else must be equal for a run to go on. */
  readonly structure: string;
  readonly tensors: Readonly<Record<string, Value>>;
  /** Position of the source, states of folds, keys, counts. */
  readonly data: Json;
}

/** Why a checkpoint cannot be used or written. */
export interface CheckpointError {
  readonly kind: 'torn' | 'foreign' | 'future' | 'structure' | 'unreadable' | 'full' | 'conflict';
  /** Where it is kept. */
  readonly name: string;
  /** One line that a person can act on. */
  readonly message: string;
}

/** The newest good checkpoint, if there is one, and those passed over on the way to it. */
export interface Restored {
  readonly checkpoint: Checkpoint | undefined;
  readonly passedOver: readonly CheckpointError[];
}

export interface CheckpointStore {
  /** Keeps a checkpoint as one unit: after a crash at any moment it is there whole or not at all. */
  readonly save: (checkpoint: Checkpoint) => Promise<either.Either<CheckpointError, string>>;
  /** Never throws over what it finds: a checkpoint that is not whole is passed over, and said so. */
  readonly restore: (structure: string) => Promise<either.Either<CheckpointError, Restored>>;
}
