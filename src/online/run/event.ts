/** What an online run tells of itself: one stream of events, each a value. */
import type { Checkpoint, CheckpointError } from '../checkpoint/checkpoint.js';
import type { DeadLetter } from '../decode/dead-letter.js';
import type { ExampleForm } from './example.js';
import type { Json } from '../../tree/tree.js';
import type { Spent } from './meter.js';
import type { PredictionPair } from './predictions.js';

/** Counts of a run since its first record, resumed or not. */
export type Counts = {
  /** Records that have been taken in: decoded or not. */
  readonly records: number;
  /** Those that are dead letters: they did not decode, or no example that fits could be made of them. */
  readonly bad: number;
  /** Examples of skipped steps: their loss or gradient was not finite or beyond its limit. */
  readonly skipped: number;
};

/** What the monitors are told of a step. */
export interface StepReport {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly examples: number;
  /**
   * What the model predicted of each example before it learned from it, beside its target: a windowed score, or a log,
   * is a fold over them. Throws if the run was not asked for `predictions`.
   */
  readonly predictions: () => readonly PredictionPair[];
}

/** A step has been taken. */
export interface OnlineStep<State, M, F extends Json = Json> {
  readonly kind: 'step';
  /** From 1, since the first record of the run. */
  readonly step: number;
  readonly examples: number;
  /** Of the step's examples before it learned from them: the prequential loss. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** What the monitors made of it. */
  readonly monitored: M;
  /** Where the source stands behind the last record that counts. */
  readonly position: Json;
  readonly counts: Counts;
  /** The state of the fold that makes examples, behind the records of this step. */
  readonly features: F;
  /** What each example is like. */
  readonly form: ExampleForm;
  /** Up to this step. */
  readonly spent: Spent;
  /** The learner's state after the step, copied when it is first read. */
  readonly state: State;
  /** The whole run at this moment: to be saved, resumed or forked. */
  readonly checkpoint: () => Checkpoint;
}

/** A step does not count: its loss or gradient was not finite, or beyond its limit. */
export interface SkippedStep {
  readonly kind: 'skipped';
  readonly step: number;
  readonly reason: string;
  /** What was done about it. */
  readonly by: 'skip' | 'roll back';
  readonly examples: number;
  readonly position: Json;
  /** The whole run behind this step. */
  readonly checkpoint: () => Checkpoint;
}

export type OnlineEvent<State, M, F extends Json = Json> =
  | OnlineStep<State, M, F>
  /** A record that did not decode, or an example that the run cannot learn from. */
  | { readonly kind: 'dead letter'; readonly letter: DeadLetter<Json> }
  | SkippedStep
  /** It goes on from a checkpoint, past those that could not be used. */
  | { readonly kind: 'resumed'; readonly step: number; readonly passedOver: readonly CheckpointError[] }
  | { readonly kind: 'saved'; readonly step: number; readonly name: string }
  | { readonly kind: 'save failed'; readonly step: number; readonly error: CheckpointError };
