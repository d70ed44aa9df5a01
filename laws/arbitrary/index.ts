export { drawBroadcast, type Broadcast } from './broadcast.js';
export { drawing, type Sampler } from './draw.js';
export { drawExpression, type Expression } from './expression.js';
export { drawLine } from './line.js';
export {
  drawCotangent,
  drawData,
  drawLattice,
  drawPoint,
  type MapAtPoint,
  type Point,
  shown,
} from './point.js';
export { drawPrimitive } from './primitive.js';
export { drawProgram, type RandomProgram } from './program.js';
export { type Range, type Specification, type Specifications, type Specified } from './specification.js';
export { drawTree, type TensorTree } from './tree.js';
export { drawOrder, drawView, type View } from './view.js';
