/** The category of lenses: composition, isomorphisms, parameters and what is done to them, surgery. */
export { batched } from './batched.js';
export { rematerialize } from './rematerialize.js';
export { andThen, compose } from './compose.js';
export { buffered, type BufferedLayer } from './buffered.js';
export { addTrees, copy, projectFirst, projectSecond, zerosLike } from './cartesian.js';
export { differentiable, differentiate, stateless } from './differentiable.js';
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
export { named, type NamedBuffers } from './named.js';
export { fanOut, parallel } from './parallel.js';
export {
  asLens,
  bufferless,
  type Buffers,
  evaluation,
  identity,
  type Initial,
  type Layer,
  lift,
  type Para,
  para,
  type Parameters,
} from './para.js';
export { parameterPaths } from './parameters.js';
export {
  freeze,
  type Reparametrization,
  reparametrization,
  reparametrize,
  type Share,
  share,
} from './reparametrize.js';
export { concatenate, residual } from './residual.js';
export { repeat, type Repeated, type Sequential, sequential } from './sequential.js';
export { partOf, reinitialize, replacePart } from './surgery.js';
