export type { Checkpoint, CheckpointError, CheckpointStore, Restored, Wanted } from './checkpoint.js';
export {
  type Checkpointing,
  checkpointing,
  type CheckpointingOptions,
  type CheckpointReport,
} from './checkpointing.js';
export { andThenFold, type Fold, folds, pure } from './fold.js';
export { jsonOfText, jsonText } from './json-text.js';
export type { Json } from './json.js';
export { keyValueCheckpoints, type KeyValueOptions } from './key-value-checkpoints.js';
export type { KeyValueBucket } from './key-value-head.js';
export { namedSpecs, namedTensors, restoreTree } from './named-tensors.js';
export type { Received, Source } from './source.js';
export { firstDifference, structureHash, type StructureError } from './structure.js';
