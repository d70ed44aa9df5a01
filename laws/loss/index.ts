export { gradientOfChunks, gradientPermutes, meanOfChunks, permutationInvariant } from './batch.js';
export {
  accuracyLaws,
  shareLaw,
  type BatchLaws,
  batchLaws,
  binaryCrossEntropyLaws,
  crossEntropyLaws,
  metricLaws,
  rowGradientLaw,
  smoothingLaw,
  squaredErrorLaws,
  stableLaw,
} from './battery.js';
export { apartIsAbove, atLeast, atLeastEntropy, bestIs, entropyAtBest, scalarLoss } from './bounds.js';
export {
  binaryIsTwoClasses,
  composedCrossEntropy,
  crossEntropyGradient,
  linearInTarget,
  shiftInvariantLoss,
  stableLoss,
} from './cross-entropy.js';
export { isMeanOfRows, leavesThatCount, weightedMeanOfChunks, type WeightedMaps } from './declared.js';
export { drawDistributions, drawLabels, drawTruths, drawWholeBatch } from './draw.js';
export { type LossBatch, type LossFamily, lossFamily, metricFamily } from './family.js';
export { squaredDistance } from './squared-error.js';
