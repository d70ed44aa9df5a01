export { type Broken, isBroken } from './source/raw-record.js';
export {
  type Paired,
  type WithChallenger,
  withChallenger,
  type WithChallengerOptions,
  type WithChallengerState,
} from './run/champion-challenger.js';
export type {
  Checkpoint,
  CheckpointError,
  CheckpointStore,
  ExpectedCheckpoint,
  Restored,
} from './checkpoint/checkpoint.js';
export {
  type Checkpointing,
  checkpointing,
  type CheckpointingOptions,
  type CheckpointReport,
} from './checkpoint/checkpointing.js';
export {
  type BadShare,
  badShareLimit,
  type BadShareLimitOptions,
  type DeadLetter,
  type DeadLetterKind,
  type DecodeCounts,
  decodeCounts,
} from './decode/dead-letter.js';
export { type DecodeOptions, decoder, decoderOfValues, type Placed } from './decode/decoder.js';
export type { Counts, OnlineEvent, OnlineStep, SkippedStep, StepReport } from './run/event.js';
export type { Example, ExampleDTypes, ExampleForm, Numbers } from './run/example.js';

export * from './fold/feature/index.js';
export {
  type ArgumentOf,
  folds,
  type FoldsByName,
  overRight,
  pipeFold,
  type ResultsOf,
  runFold,
  type SomeFold,
  type StatesOf,
} from './fold/fold.js';
export { type Fold, foldOver, pure } from '../stream/fold.js';
export { type Patience, patience } from '../stream/early-stopping.js';
export { jsonOfText, jsonText } from './json.js';
export type { ServerEvent } from './source/sse-parser.js';
export { iterableSource, observableSource } from './source/iterable.js';
export type { Json } from '../tree/tree.js';
export * from './fold/monitor/index.js';
export { keyValueCheckpoints, type KeyValueOptions } from './checkpoint/key-value-store.js';
export type { KeyValueBucket, KeyValueEntry } from './checkpoint/key-value-head.js';
export { namedSpecs, namedTensors, restoreTree } from './checkpoint/named-tensors.js';
export type { Limits, NonFinitePolicy } from './run/non-finite-policy.js';
export { online } from './run/online.js';
export type { OnlineOptions } from './run/online-options.js';
export type { PredictionPair } from './run/predictions.js';
export type { RawRecord } from './source/raw-record.js';
export type { RecordOptions, RecordState } from './serve/record-input.js';
export type { RunOptions } from './run/run-options.js';
export type { Lag, Received, Source } from './source/source.js';
export { firstDifference, type StructureError, structureHash } from './checkpoint/structure-hash.js';
export {
  fromPull,
  type FromPullOptions,
  type HoldPolicy,
  mapPulled,
  scanPulled,
  toPull,
} from '../stream/index.js';
export { sse, type SseOptions } from './source/sse.js';
export { type Message, type Socket, webSocket, type WebSocketOptions } from './source/web-socket.js';
export {
  type HotSwap,
  hotSwap,
  type ParametersError,
  type ParametersMessage,
  parametersMessage,
} from './serve/hot-swap.js';
export {
  type Answer,
  type Snapshot,
  type SnapshotModel,
  snapshots,
  type SnapshotsOptions,
} from './serve/snapshot.js';
export type { Pace } from './serve/throttle.js';
export { type Counters, counters, type CountersOptions, noCounters } from './serve/counters.js';
export type { Spent } from './run/meter.js';
export { type Labels, prometheus, PROMETHEUS_TYPE } from './serve/prometheus.js';
