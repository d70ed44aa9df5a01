export type { Checkpoint, CheckpointError, CheckpointStore, Restored, Wanted } from './checkpoint.js';
export {
  type BadShare,
  badShareLimit,
  type BadShareLimitOptions,
  type DeadLetter,
  type DeadLetterKind,
  decodeCounts,
  type DecodeCounts,
} from './dead-letter.js';
export { decoder, decoderOfValues, type DecodeOptions, type Placed } from './decode.js';
export * from './feature/index.js';
export { andThenFold, type Fold, folds, overRight, pure, runFold } from './fold.js';
export * from './monitor/index.js';
export type { RawRecord } from './raw-record.js';
export type { Lag, Received, Source } from './source.js';
export type { Counts, OnlineEvent, OnlineStep, Told, Undone } from './event.js';
export type { Example, ExampleDTypes, Numbers } from './example.js';
export type { KeptReport, Keeper } from './keeper.js';
export type { Limits, NonFinitePolicy } from './non-finite-policy.js';
export { online, type OnlineOptions } from './online.js';
export type { RunOptions } from './runner.js';
export { jsonOfText, jsonText } from './json-text.js';
export type { Json } from './json.js';
export {
  firstDifference,
  namedSpecs,
  namedTensors,
  restoreTree,
  type StructureError,
} from './named-tensors.js';
export { structureHash } from './structure.js';
export {
  parametersMessage,
  type ParametersError,
  type ParametersMessage,
  type Served,
  served,
} from './served.js';
export { type Answer, type Snapshot, snapshots, type SnapshotsOptions } from './snapshot.js';
export { type Counters, counters, type CountersOptions, noCounters } from './counters.js';
export type { Spent } from './meter.js';
export { type Labels, prometheus, PROMETHEUS_TYPE } from './prometheus.js';
