export { adam, type AdamOptions } from './adam.js';
export { momentum, type MomentumOptions, nesterov } from './momentum.js';
export { rmsprop, type RmspropOptions } from './rmsprop.js';
export {
  cosineDecay,
  exponentialDecay,
  type LearningRate,
  type Schedule,
  stepDecay,
  warmUp,
} from './schedule.js';
export { sgd, type SgdOptions } from './sgd.js';
export {
  type ElementwiseRule,
  elementwiseUpdate,
  type Leaf,
  type Update,
  type Updated,
  type UpdateState,
} from './update.js';
