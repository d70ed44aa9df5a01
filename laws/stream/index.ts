export { causal, type Prefix } from './causality.js';
export { passesOn } from './neutral.js';
export {
  type Batcher,
  type Cut,
  drawCut,
  type Drawn,
  drawnOf,
  type Numbered,
  numbered,
  optionsOf,
} from './numbered.js';
export { repeats } from './repeatable.js';
export { batcherLaws, onceAnEpoch } from './shuffle.js';
export { type StreamSubject, type Trace } from './trace.js';
export { stops } from './unsubscribe.js';
