/** paralens: layers are lenses, training is a fold over a stream. */
export * from './autodiff/index.js';
export * from './backend/index.js';
export { type Mistake, ParalensError } from './error.js';
export * from './graph/index.js';
export * from './layer/index.js';
export * from './learner/index.js';
export * from './lens/index.js';
export * from './loss/index.js';
export * from './metric/index.js';
export { advance, key, type Key, split } from './operation/random.js';
export * from './stream/index.js';
export * from './tensor/index.js';
export { type Leaf, leafPaths, leaves, mapTree, type Tree, unflatten, zipTrees } from './tree/index.js';
export * from './update/index.js';
