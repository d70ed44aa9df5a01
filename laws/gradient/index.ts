export { adjoint, backwardIsAdjoint } from './adjoint.js';
export { exactOnLattice, type Running } from './backend.js';
export { type DirectionalOptions, extrapolatedSlope } from './directional.js';
export { betweenSlopes, partitionOfUnity } from './kink.js';
export { type Slopes } from './slope.js';
