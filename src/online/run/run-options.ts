/** The options of an online run, except its source and its checkpoints. */
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

/** Options without type parameters. */
export interface RunSettings {
  /** The number of examples in a step. */
  readonly size: number;
  /** The dtypes of examples; default: float32. */
  readonly dtypes?: ExampleDTypes;
  /** Whether monitors get the prediction for each example; the step then computes it too. */
  readonly predictions?: boolean;
  /** The version of the pipeline. Change it when a function such as `decode` changes: a run resumes only from its version. */
  readonly version?: string | number;
  /** The action for a step whose loss is not finite, or that exceeds the limits; default: `'stop'`. */
  readonly nonFinite?: NonFinitePolicy;
  readonly limits?: Limits;
  /** The share of bad records at which the run stops; default: no limit. */
  readonly badShare?: BadShareLimitOptions;
}

/** How a record becomes examples. */
export interface ReceivingOptions<R, X, F extends Json> {
  /** Decodes what the source gives to a record, or to a dead letter. */
  readonly decode: (received: Received<R, Json>) => either.Either<DeadLetter<Json>, X>;
  /** A fold from records to examples: none, one or several for each record. Its state is part of the run. */
  readonly examples: Fold<F, X, readonly Example[]>;
}

/** How the examples of a step are learned from. */
export interface LearningOptions<State extends Optimized, A, B, L, S extends Json, M, V extends Json> {
  readonly learner: Learner<State, A, B, L>;
  /** A fold over the reports of steps: scores, drift detectors. */
  readonly monitors?: Fold<S, StepReport, M>;
  /** A fold that may return another state to continue from after a step: a reaction to drift, another learning rate. */
  readonly revise?: Fold<V, OnlineStep<State, M>, State | undefined>;
}

/** The options of a run, except its source and its checkpoints. */
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
