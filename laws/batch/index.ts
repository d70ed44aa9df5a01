export { batchingLaws, exactBatchingLaws } from './battery.js';
export { type BatchAtPoint, drawBatch, drawLatticeBatch } from './draw.js';
export { batchOf, type OneAndMany } from './one-and-many.js';
export { type LayerOfLeaves, type Leaves, type Vectorization, vectorizations } from './vectorization.js';
export { type BatchComparison } from './stack.js';
export { commutesWithDerivatives, type MappedFunction, mapsNest } from './commute.js';
