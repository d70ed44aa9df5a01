export {
  binaryCrossEntropy,
  klDivergence,
  type SmoothingOptions,
  softmaxCrossEntropy,
  type SparseOptions,
  sparseSoftmaxCrossEntropy,
} from './cross-entropy.js';
export { loss, type Loss, meanOf } from './loss.js';
export type { EntrywiseLoss, LikePrediction, TargetOf } from './target.js';
export {
  cosineDistance,
  hinge,
  huber,
  logCosh,
  meanAbsoluteError,
  meanSquaredError,
  squaredHinge,
} from './regression.js';
export { weighted, type Weighted } from './weighted.js';
