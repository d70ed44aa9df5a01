/** The events of an online run. */
import type { Checkpoint, CheckpointError } from '../checkpoint/checkpoint.js';
import type { DeadLetter } from '../decode/dead-letter.js';
import type { ExampleForm } from './example.js';
import type { Json } from '../../tree/tree.js';
import type { Spent } from './meter.js';
import type { PredictionPair } from './predictions.js';

/** Counts since the first record of a run, across resumes. */
export type Counts = {
  /** The number of records received, decoded or not. */
  readonly records: number;
  /** The number of dead letters: records that did not decode, or gave no example of the right form. */
  readonly bad: number;
  /** The number of examples in skipped steps. */
  readonly skipped: number;
};

/** The input of monitors: a report of one step. */
export interface StepReport {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly examples: number;
  /**
   * The prediction for each example before the model learned from it, with its target. Throws without the option
   * `predictions`.
   */
  readonly predictions: () => readonly PredictionPair[];
}

/** A training step. */
export interface OnlineStep<State, M, F extends Json = Json> {
  readonly kind: 'step';
  /** The number of the step, from 1 since the first record of the run. */
  readonly step: number;
  readonly examples: number;
  /** The loss of the examples before the model learned from them (prequential). */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** The result of the monitors. */
  readonly monitored: M;
  /** The position of the source after the last record that this step includes. */
  readonly position: Json;
  readonly counts: Counts;
  /** The state of the fold `examples` after the records of this step. */
  readonly features: F;
  /** The form that all examples have. */
  readonly form: ExampleForm;
  /** Time and bytes up to this step. */
  readonly spent: Spent;
  /** The state of the learner after the step, copied when it is first read. */
  readonly state: State;
  /** The whole run after this step, to save, resume or fork it. */
  readonly checkpoint: () => Checkpoint;
}

/** A step that was skipped, because its loss or gradient was not finite or exceeded a limit. */
export interface SkippedStep {
  readonly kind: 'skipped';
  readonly step: number;
  readonly reason: string;
  /** The action that was taken. */
  readonly by: 'skip' | 'roll back';
  readonly examples: number;
  readonly position: Json;
  /** The whole run after this step. */
  readonly checkpoint: () => Checkpoint;
}

export type OnlineEvent<State, M, F extends Json = Json> =
  | OnlineStep<State, M, F>
  /** A record that did not decode, or an example that the model cannot learn from. */
  | { readonly kind: 'dead letter'; readonly letter: DeadLetter<Json> }
  | SkippedStep
  /** The run resumed from a checkpoint; unusable checkpoints are listed. */
  | { readonly kind: 'resumed'; readonly step: number; readonly passedOver: readonly CheckpointError[] }
  | { readonly kind: 'saved'; readonly step: number; readonly name: string }
  | { readonly kind: 'save failed'; readonly step: number; readonly error: CheckpointError };
