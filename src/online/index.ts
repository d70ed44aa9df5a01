export type { Checkpoint, CheckpointError, CheckpointStore, Restored, Wanted } from './checkpoint.js';
export { andThenFold, type Fold, folds, pure } from './fold.js';
export { jsonOfText, jsonText } from './json-text.js';
export type { Json } from './json.js';
export {
  firstDifference,
  namedSpecs,
  namedTensors,
  restoreTree,
  type StructureError,
} from './named-tensors.js';
export type { Received, Source } from './source.js';
export { structureHash } from './structure.js';
