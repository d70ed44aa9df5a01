/** The laws of differentiable code: predicates, arbitraries, and runners that throw. */
export * from './arbitrary/index.js';
export * from './base/index.js';
export * from './check/index.js';
export * from './cost/index.js';
export * from './equivariance/index.js';
export * from './gradient/index.js';
export * from './learner/index.js';
export * from './lens/index.js';
export * from './loss/index.js';
export * from './map/index.js';
export * from './metric/index.js';
export * from './numerics/index.js';
export * from './para/index.js';
export * from './program/index.js';
export * from './reverse-derivative/index.js';
export * from './stream/index.js';
export * from './update/index.js';
