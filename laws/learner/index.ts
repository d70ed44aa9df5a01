export { goesOn, lastState, monoidAction } from './action.js';
export { keyDecides, operatorLaws, trainingLaws } from './battery.js';
export {
  batchLoss,
  type LearnerParts,
  partsOf,
  putIsPara,
  unrolled,
  unrolledIsStreamed,
} from './composite.js';
export { chosenExamples, countOf, joinedBatches } from './examples.js';
export { metricsAreNeutral } from './metrics.js';
export {
  anyParts,
  type BatchGradient,
  type DatasetMean,
  gradientOf,
  inFloat64,
  meanOfParts,
  onWholeNumbers,
  orderOfExamples,
  type Precision,
} from './micro-batches.js';
export {
  apart,
  pairedBatch,
  pairedState,
  productIsBoth,
  productOf,
  type Side,
  sumOfLosses,
} from './product.js';
export { lastGoodState } from './refusal.js';
export {
  descend,
  type Fitted,
  knownSteps,
  type Line,
  lossFalls,
  lossOf,
  type Regression,
  safeRate,
} from './regression.js';
export { remade, resumes } from './resume.js';
export { batchDrawer, drawRun, type Run, turned } from './run.js';
export { statesStay, trainingOnlyReads, trainIsScan } from './scan.js';
export {
  plainStep,
  type Revised,
  type RevisedTrainer,
  revisedTraining,
  unrevised,
  scanned,
  scanTrace,
  streamOf,
  type Told,
  type Trainer,
  type Training,
  trainingOf,
} from './training.js';
