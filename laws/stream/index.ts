export { causal, onTime, type Prefix } from './causality.js';
export { mapFuses, passesOn, watchingIsNeutral } from './neutral.js';
export {
  type Batcher,
  type Cut,
  drawCut,
  type Drawn,
  drawnBy,
  drawnOf,
  type Numbered,
  numbered,
  optionsOf,
} from './numbered.js';
export { repeats } from './repeatable.js';
export { schedulerInvariant } from './scheduler.js';
export { batcherLaws, decidedByKey, onceAnEpoch, onlyReads, ordersDiffer, orderStays } from './shuffle.js';
export { inVirtualTime, sameTrace, type StreamSubject, type Trace, traceOf } from './trace.js';
export { errorsPass, stops } from './unsubscribe.js';
