export { batches, type Batches, type BatchesOptions, type Remainder } from './batches.js';
export { batchesOf, type BatchesOfOptions } from './batches-of.js';
export { earlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
export {
  type Evaluation,
  evaluator,
  type EvaluatorOptions,
  type Scores,
  type ScoreValues,
  type ScoreValuesOf,
} from './evaluator.js';
export { fromPull, type FromPullOptions } from './from-pull.js';
export { mapPulled, scanPulled } from './map-pulled.js';
export { type Output, progress, type ProgressOptions } from './progress.js';
export {
  type Optimized,
  ratesOf,
  reduceOnPlateau,
  type ReduceOnPlateauOptions,
  withRates,
} from './reduce-on-plateau.js';
export type { Stacked } from '../operation/scan.js';
export type { Rows } from './rows.js';
export { runningMean } from './running-mean.js';
export { runningScore } from './running-score.js';
export { type Step, train, type TrainOptions } from './train.js';
export { type HoldPolicy, toPull } from './to-pull.js';
