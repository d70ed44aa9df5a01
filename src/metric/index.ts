export { accuracy } from './accuracy.js';
export { confusionMatrix, f1, perplexity, precision, recall, topKAccuracy } from './classification.js';
export type { Metric } from './metric.js';
export { rocAuc } from './roc-auc.js';
export { absoluteError, rSquared, squaredError } from './regression.js';
export { type Score, type Statistics } from './metric.js';
