export { type Broken, isBroken } from './broken.js';
export type { Checkpoint, CheckpointError, CheckpointStore, Restored } from './checkpoint.js';
export { andThenFold, type Fold, folds, pure } from './fold.js';
export type { Json } from './json.js';
export type { Received, Source } from './source.js';
