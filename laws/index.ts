/** Holds your own layers, losses, optimizers, learners, sources and folds to the laws. Needs the package `fast-check`. */
export {
  broken,
  check,
  type CheckOptions,
  type Difference,
  every,
  type Finding,
  holds,
  type Law,
  law,
  LawError,
  rejected,
  type Verdict,
} from './base/index.js';
export type { Sampler, Range, Specification, Specifications, Specified } from './arbitrary/index.js';
export {
  type AnyFold,
  checkFold,
  checkGradient,
  checkLearner,
  checkLoss,
  checkPara,
  checkSource,
  checkUpdate,
  type DifferentiableOptions,
  type FoldCheckOptions,
  type LearnerCheckOptions,
  type LearnerRun,
  type LossOptions,
  type LossSpecification,
  type ParaOptions,
  type UpdateOptions,
} from './check/index.js';
export type { ParaArgument, ParaSpecification } from './map/index.js';
export type { Medium, PlacedRecord, SourceSubject } from './online/index.js';
export type { UpdateTraits } from './check/index.js';
