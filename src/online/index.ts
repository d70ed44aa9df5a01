export { type Broken, isBroken } from './broken.js';
export {
  type Challenged,
  challenged,
  type ChallengedOptions,
  type ChallengedState,
  type Paired,
} from './challenged.js';
export type { Checkpoint, CheckpointError, CheckpointStore, Restored, Wanted } from './checkpoint.js';
export {
  type Checkpointing,
  checkpointing,
  type CheckpointingOptions,
  type CheckpointReport,
} from './checkpointing.js';
export {
  type BadShare,
  badShareLimit,
  type BadShareLimitOptions,
  type DeadLetter,
  type DeadLetterKind,
  type DecodeCounts,
  decodeCounts,
} from './dead-letter.js';
export { type DecodeOptions, decoder, decoderOfValues, type Placed } from './decode.js';
export type { Counts, OnlineEvent, OnlineStep, SkippedStep, Told } from './event.js';
export type { Example, ExampleDTypes, ExampleForm, Numbers } from './example.js';

export * from './feature/index.js';
export {
  type ArgumentOf,
  type Fold,
  folds,
  type FoldsByName,
  overRight,
  pipeFold,
  pure,
  type ResultsOf,
  runFold,
  type SomeFold,
  type StatesOf,
} from './fold.js';
export { jsonOfText, jsonText } from './json-text.js';
export type { ServerEvent } from './event-stream.js';
export { iterableSource, observableSource } from './iterable-source.js';
export type { Json } from './json.js';
export * from './monitor/index.js';
export { keyValueCheckpoints, type KeyValueOptions } from './key-value-checkpoints.js';
export type { KeyValueBucket, KeyValueEntry } from './key-value-head.js';
export { namedSpecs, namedTensors, restoreTree } from './named-tensors.js';
export type { Limits, NonFinitePolicy } from './non-finite-policy.js';
export { online, type OnlineOptions } from './online.js';
export type { Predicted } from './predicted.js';
export type { RawRecord } from './raw-record.js';
export type { RecordOptions, RecordState } from './record-input.js';
export type { RunOptions } from './run-options.js';
export type { Lag, Received, Source } from './source.js';
export { firstDifference, type StructureError, structureHash } from './structure.js';
export { sse, type SseOptions } from './sse-source.js';
export { type Message, type Socket, webSocket, type WebSocketOptions } from './web-socket-source.js';
export {
  type ParametersError,
  type ParametersMessage,
  parametersMessage,
  type Served,
  served,
} from './served.js';
export { type Answer, type Snapshot, snapshots, type SnapshotsOptions } from './snapshot.js';
export { type Counters, counters, type CountersOptions, noCounters } from './counters.js';
export type { Spent } from './meter.js';
export { type Labels, prometheus, PROMETHEUS_TYPE } from './prometheus.js';
