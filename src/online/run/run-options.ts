/** What an online run is told to do, apart from where its records come from and where it is saved. */
import type { either } from 'fp-ts';
import type { Optimized } from '../../stream/reduce-on-plateau.js';
import type { Learner } from '../../learner/learner.js';
import { requireBoolean, requireCount, requireDouble } from '../../require.js';
import { requireDType } from '../../tensor/dtype.js';
import { badShareLimit, type BadShareLimitOptions, type DeadLetter } from '../decode/dead-letter.js';
import type { OnlineStep, StepReport } from './event.js';
import type { Example, ExampleDTypes } from './example.js';
import type { Fold } from '../../stream/fold.js';
import type { Json } from '../../tree/tree.js';
import { type Limits, type NonFinitePolicy, requireNonFinitePolicy } from './non-finite-policy.js';
import type { Received } from '../source/source.js';

/** The options of a run that are values of their own. */
export interface RunSettings {
  /** Examples a step: 1 learns from each by itself. */
  readonly size: number;
  /** The dtypes of examples; float32 unless another is named. */
  readonly dtypes?: ExampleDTypes;
  /** Whether monitors are told what was predicted of each example; the step computes it as well then. */
  readonly predictions?: boolean;
  /** The version of the pipeline, for what cannot be compared: a run resumes only from a checkpoint of the same version. */
  readonly version?: string | number;
  /** What is done about a step whose loss is not finite, or beyond the limits; `'stop'` by default. */
  readonly nonFinite?: NonFinitePolicy;
  readonly limits?: Limits;
  /** The share of records that may be bad before the run stops. No limit by default. */
  readonly badShare?: BadShareLimitOptions;
}

/** How a record becomes examples. */
export interface ReceivingOptions<R, X, F extends Json> {
  /** From what came in to a record, or to a dead letter. */
  readonly decode: (received: Received<R, Json>) => either.Either<DeadLetter<Json>, X>;
  /** From a record to examples to learn from: none, one, or several. Its state is part of the run's. */
  readonly examples: Fold<F, X, readonly Example[]>;
}

/** How the examples of a step are learned from. */
export interface LearningOptions<State extends Optimized, A, B, L, S extends Json, M, V extends Json> {
  readonly learner: Learner<State, A, B, L>;
  /** What is made of each step's loss and metrics, which are told before it learns: scores, detectors of drift. */
  readonly monitors?: Fold<S, StepReport, M>;
  /** Returns the state to go on from after a step, if it is not the step's own: a reaction to drift, another rate. */
  readonly revise?: Fold<V, OnlineStep<State, M>, State | undefined>;
}

/** What a run is made of, apart from where its records come from and where it is saved. */
export interface RunOptions<
  State extends Optimized,
  A,
  B,
  L,
  R,
  X,
  F extends Json,
  S extends Json,
  M,
  V extends Json,
>
  extends RunSettings, ReceivingOptions<R, X, F>, LearningOptions<State, A, B, L, S, M, V> {}

/** Throws if a dtype of examples is not one of the dtypes of tensors. */
export const requireDTypes = (operation: string, { input, target }: ExampleDTypes): void => {
  for (const dtype of [input, target]) if (dtype !== undefined) requireDType(operation, dtype);
};

/** Throws if an option of a run is invalid. */
export const requireRunOptions = ({
  size,
  dtypes = {},
  predictions = false,
  version = '',
  nonFinite = 'stop',
  limits: { gradientNorm } = {},
  badShare,
}: RunSettings): void => {
  requireCount('online', 'size', size);
  requireDTypes('online', dtypes);
  requireBoolean('online', 'predictions', predictions);
  if (typeof version !== 'string') requireDouble('online', 'version', version, '(-∞, ∞)');
  requireNonFinitePolicy(nonFinite);
  if (gradientNorm !== undefined) requireDouble('online', 'limits.gradientNorm', gradientNorm, '(0, ∞]');
  if (badShare !== undefined) badShareLimit(badShare);
};
