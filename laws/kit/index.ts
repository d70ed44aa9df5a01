/** What the checks are made of: the laws themselves, what draws their examples, equalities, engines. */
export * from '../arbitrary/index.js';
export {
  assertHolds,
  bitwise,
  brokenLaws,
  type Claim,
  type Difference,
  type Equality,
  type Finding,
  type Law,
  normWise,
  numerically,
  same,
  type Verdict,
} from '../base/index.js';
export * from '../batch/index.js';
export {
  backendLaws,
  type Battery,
  derivativeLaws,
  learnerLaws,
  trailsOf,
  type UpdateBattery,
  updateLaws,
} from '../check/index.js';
export * from '../cost/index.js';
export * from '../equivariance/index.js';
export * from '../gradient/index.js';
export * from '../learner/index.js';
export * from '../lens/index.js';
export * from '../loss/index.js';
export * from '../map/index.js';
export * from '../mask/index.js';
export * from '../metric/index.js';
export * from '../numerics/index.js';
export * from '../online/index.js';
export * from '../para/index.js';
export * from '../program/index.js';
export * from '../reverse-derivative/index.js';
export * from '../stream/index.js';
export * from '../update/index.js';
