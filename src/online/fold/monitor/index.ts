export { adwin, type AdwinOptions, type AdwinState } from './adwin.js';
export { everyNth, type PendingBatch, sizeOrTime, type SizeOrTimeOptions } from './batching.js';
export { ddm, type DdmOptions } from './ddm.js';
export {
  type DelayedEvent,
  delayedLabels,
  type DelayedLabelsOptions,
  type DelayedState,
  type Expired,
  type Joined,
  type JoinResult,
  pendingPredictions,
} from './delayed-labels.js';
export type { Drift, DriftDirection, DriftLevel } from './drift.js';
export { pageHinkley, type PageHinkleyOptions } from './page-hinkley.js';
export { fadingMean, slidingMean } from './prequential.js';
export {
  challenger,
  type ChallengerAct,
  type ChallengerOptions,
  type Contest,
  onDrift,
  raiseRate,
  type RaiseRateOptions,
  type ReactionInput,
  type Reaction,
  reset,
  type Trial,
} from './reaction.js';
