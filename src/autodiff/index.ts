export { withPullback } from './custom.js';
export { type FloatScalar, gradient, hessianVectorProduct, valueAndGradient } from './gradient.js';
export { pullback } from './pullback.js';
export { pushforward } from './pushforward.js';
export { type Batched, vmap } from './vmap.js';
