export { batched } from './batched.js';
export { rematerialize } from './rematerialize.js';
export { andThen, compose } from './compose.js';
export { type Carries, carrying, holdCarried, learned, withCarried } from './carried.js';
export { addTrees, copy, differentiate, projectFirst, projectSecond, zerosLike } from './differentiable.js';
export { evaluation } from './evaluation.js';
export { lensCategory, lensMonoid } from './instances.js';
export {
  associate,
  type Backward,
  backward,
  composeLenses,
  forward,
  identityLens,
  isomorphism,
  leftUnit,
  type Lens,
  parallelLenses,
  rightUnit,
  type SimpleLens,
  swap,
  unassociate,
  type Unit,
} from './lens.js';
export { located } from './locate.js';
export { named } from './named.js';
export { fanOut, parallel } from './parallel.js';
export {
  asLens,
  differentiable,
  identity,
  type Layer,
  lift,
  type Para,
  para,
  type Parameters,
  stateless,
} from './para.js';
export { parameterPaths } from './parameters.js';
export { freeze, type Reparametrization, reparametrization, reparametrize, share } from './reparametrize.js';
export { concatenate, residual } from './residual.js';
export { type Sequential, sequential } from './sequential.js';
export { partOf, reinitialize, replacePart } from './surgery.js';
