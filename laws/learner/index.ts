export { operatorLaws, trainingLaws } from './battery.js';
export { type LearnerParts, partsOf, putIsPara, unrolled } from './composite.js';
export { countOf, joinedBatches } from './examples.js';
export { metricsAreNeutral } from './metrics.js';
export {
  anyParts,
  type BatchGradient,
  type DatasetMean,
  gradientOf,
  meanOfParts,
  onWholeNumbers,
  orderOfExamples,
  type Precision,
} from './micro-batches.js';
export { apart, productIsBoth, productOf, type Side } from './product.js';
export {
  descend,
  type Fitted,
  knownSteps,
  type Line,
  lossFalls,
  type Regression,
  safeRate,
} from './regression.js';
export { remade, resumes } from './resume.js';
export { batchDrawer, drawRun, type Run, turned } from './run.js';
export { statesStay } from './scan.js';
export {
  type Revised,
  type RevisedTrainer,
  revisedTraining,
  unrevised,
  scanned,
  streamOf,
  type Told,
  type Trainer,
  type Training,
  trainingOf,
} from './training.js';
