export { adjoint, backwardIsAdjoint } from './adjoint.js';
export { exactOnLattice, nearFloat64, repeatable, type Running } from './backend.js';
export { hasNoJump } from './continuous.js';
export { type DirectionalOptions, directionalSlope, extrapolatedSlope, worstEntry } from './directional.js';
export { betweenSlopes, partitionOfUnity } from './kink.js';
export { secondOrder } from './second-order.js';
export { type Slopes, slopesOf, slopesOfMap } from './slope.js';
export { cotangentLikeArgument, pureMap, reentrantMap } from './structure.js';
