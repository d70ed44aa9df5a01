export {
  binaryCrossEntropy,
  klDivergence,
  type SmoothingOptions,
  softmaxCrossEntropy,
  type SparseOptions,
  sparseSoftmaxCrossEntropy,
} from './cross-entropy.js';
export { type EntrywiseLoss, type LikePrediction, loss, type Loss, meanOf, type TargetOf } from './loss.js';
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
