/** Optimizers, what stands around them, and schedules of the learning rate. */
export { adagrad, type AdagradOptions } from './adagrad.js';
export { adam, type AdamOptions, adamw, type AdamwOptions } from './adam.js';
export { adamax, type AdamaxOptions } from './adamax.js';
export { withHyperparameters } from './with-hyperparameters.js';
export {
  accumulateGradients,
  averageOf,
  type DecayOptions,
  decoupledDecay,
  lookahead,
  type LookaheadOptions,
  movingAverage,
} from './wrappers.js';
export {
  addDecayedWeights,
  chain,
  clipByGlobalNorm,
  clipByValue,
  type GradientLens,
} from './gradient-lens.js';
export { lamb, type LambOptions } from './lamb.js';
export { lion, type LionOptions } from './lion.js';
export { momentum, type MomentumOptions, nesterov } from './momentum.js';
export { nadam, type NadamOptions } from './nadam.js';
export { frozen, partition } from './partition.js';
export { rmsprop, type RmspropOptions } from './rmsprop.js';
export {
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  inverseSquareRoot,
  inverseTimeDecay,
  joinSchedules,
  type LearningRate,
  oneCycle,
  type OneCycleOptions,
  polynomialDecay,
  type Schedule,
  type ScheduleOptions,
  stepDecay,
  warmUp,
} from './schedule.js';
export { sgd, type SgdOptions } from './sgd.js';
export {
  type ElementwiseRule,
  elementwiseUpdate,
  type Leaf,
  type MovingScalar,
  type Update,
  type Updated,
  type UpdateInput,
  type UpdateState,
} from './update.js';
