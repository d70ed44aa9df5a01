/** Checkpoints: the whole state of a run as one value, and stores for them. */
import type { either } from 'fp-ts';
import type { Spec, Value } from '../../tensor/primitive/primitive.js';
import type { Json } from '../../tree/tree.js';

/** The state of a run: parameters and optimizer state as tensors by path, and everything else as plain data. */
export interface Checkpoint {
  /** The number of steps of the run before it. */
  readonly step: number;
  /**
   * What else must be equal to resume, besides the tensors, as text: a signature of the parts, or a `structureHash`.
   */
  readonly structure: string;
  readonly tensors: Readonly<Record<string, Value>>;
  /** The position of the source, the states of folds, keys, counts. */
  readonly data: Json;
}

/** What a checkpoint must match for a run to resume. A checkpoint of the run's initial state has this form. */
export interface ExpectedCheckpoint {
  readonly structure: string;
  /** The expected tensors, to report where a checkpoint differs. */
  readonly tensors: Readonly<Record<string, Spec>>;
  /** Tensors with this name prefix are allowed in addition. */
  readonly optional?: string;
}

/** Why a checkpoint cannot be used or written. */
export interface CheckpointError {
  readonly kind:
    'torn' | 'foreign' | 'future' | 'structure' | 'unreadable' | 'full' | 'conflict' | 'too large';
  /** The name of the checkpoint in its store. */
  readonly name: string;
  /** One line for people, with what to do. */
  readonly message: string;
}

/** The newest valid checkpoint, if there is one, and the invalid ones that were skipped, newest first. */
export interface Restored {
  readonly checkpoint: Checkpoint | undefined;
  readonly passedOver: readonly CheckpointError[];
}

/**
 * A store for the checkpoints of one run. Only one writer can use the place of a store: a store that has not called
 * `restore` assumes that the place is empty, and a store that finds a newer checkpoint than its own last returns
 * `conflict` from then on and changes nothing. `restore` waits for earlier saves.
 */
export interface CheckpointStore {
  /**
   * Saves a checkpoint atomically: after a crash at any moment it exists completely or not at all. Returns its name as
   * `Right`. Concurrent saves run one after the other.
   */
  readonly save: (checkpoint: Checkpoint) => Promise<either.Either<CheckpointError, string>>;
  /**
   * Returns the newest valid checkpoint. Damaged or foreign checkpoints, and those of a later version, are skipped and
   * reported; a checkpoint of another structure is a `Left`.
   */
  readonly restore: (expected: ExpectedCheckpoint) => Promise<either.Either<CheckpointError, Restored>>;
}

/**
 * The number of the oldest checkpoint to keep, so that `keep` undamaged ones remain. Damaged ones do not count, and are
 * removed when they are older. `sequences` are newest first.
 */
export const oldestKept = (sequences: readonly number[], damaged: readonly number[], keep: number): number =>
  sequences.filter((sequence) => !damaged.includes(sequence))[keep - 1] ?? 0;
