export { binaryCrossEntropy, softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from './cross-entropy.js';
export { loss, type Loss } from './loss.js';
export { meanSquaredError } from './mean-squared-error.js';
