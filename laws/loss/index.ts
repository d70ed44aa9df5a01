export {
  accuracyLaws,
  shareLaw,
  type BatchLaws,
  binaryCrossEntropyLaws,
  crossEntropyLaws,
  rowGradientLaw,
  smoothingLaw,
  squaredErrorLaws,
  stableLaw,
} from './battery.js';
export { type WeightedMaps } from './declared.js';
export { drawDistributions, drawLabels, drawTruths, drawWholeBatch } from './draw.js';
export { type LossBatch, type LossFamily, lossFamily, metricFamily } from './family.js';
