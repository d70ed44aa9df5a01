/** Checkpoints: the whole state of a run as one value, and where such values are stored. */
import type { either } from 'fp-ts';
import type { Spec, Value } from '../../tensor/primitive/primitive.js';
import type { Json } from '../../tree/tree.js';

/** A run at one moment: parameters and the update's state by path, and all the rest as plain data. */
export interface Checkpoint {
  /** Steps of the run before it. */
  readonly step: number;
  /** What else than the tensors must be equal for a run to go on, as text: part by part, or a hash of `structureHash`. */
  readonly structure: string;
  readonly tensors: Readonly<Record<string, Value>>;
  /** Position of the source, states of folds, keys, counts. */
  readonly data: Json;
}

/** What a run needs to find: a checkpoint of its own beginning is one. */
export interface ExpectedCheckpoint {
  readonly structure: string;
  /** What a hash cannot say: where a checkpoint of another structure differs. */
  readonly tensors: Readonly<Record<string, Spec>>;
  /** Tensors whose names begin so may be there as well. */
  readonly optional?: string;
}

/** Why a checkpoint cannot be used or written. */
export interface CheckpointError {
  readonly kind:
    'torn' | 'foreign' | 'future' | 'structure' | 'unreadable' | 'full' | 'conflict' | 'too large';
  /** Where it is stored. */
  readonly name: string;
  /** One line that a person can act on. */
  readonly message: string;
}

/** The newest good checkpoint, if there is one, and those passed over on the way to it, newest first. */
export interface Restored {
  readonly checkpoint: Checkpoint | undefined;
  readonly passedOver: readonly CheckpointError[];
}

/**
 * A place for the checkpoints of one run. It belongs to whoever restored from it last and saved since: a store that
 * saves without having restored takes the place to be empty, and one that finds a newer checkpoint than its own last
 * says `conflict`, then and ever after, and leaves the place alone. `restore` waits for saves that were asked for before.
 */
export interface CheckpointStore {
  /**
   * Keeps a checkpoint as one unit: after a crash at any moment it is there whole or not at all. On the right is its
   * name. Saves that are asked for at once are made one after the other.
   */
  readonly save: (checkpoint: Checkpoint) => Promise<either.Either<CheckpointError, string>>;
  /**
   * The newest checkpoint that is whole. One that is not, is foreign or of a later version is passed over, and said
   * so; one of another structure is on the left.
   */
  readonly restore: (expected: ExpectedCheckpoint) => Promise<either.Either<CheckpointError, Restored>>;
}

/**
 * The number from which on checkpoints are kept, so that `keep` are among them that were not found damaged; these do not
 * count, and go with those that are older. `sequences` are newest first.
 */
export const oldestKept = (sequences: readonly number[], damaged: readonly number[], keep: number): number =>
  sequences.filter((sequence) => !damaged.includes(sequence))[keep - 1] ?? 0;
