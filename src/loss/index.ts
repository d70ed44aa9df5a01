export {
  binaryCrossEntropy,
  klDivergence,
  type SmoothingOptions,
  softmaxCrossEntropy,
  type SparseOptions,
  sparseSoftmaxCrossEntropy,
} from './cross-entropy.js';
export {
  type EntrywiseLoss,
  type LikePrediction,
  loss,
  type Loss,
  meanOf,
  type TargetOf,
  type Weighted,
} from './loss.js';
export {
  cosineDistance,
  hinge,
  huber,
  logCosh,
  meanAbsoluteError,
  meanSquaredError,
  squaredHinge,
} from './regression.js';
export { weighted } from './weighted.js';
