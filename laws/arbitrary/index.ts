export { drawing, type Sampler } from './draw.js';
export { drawExpression, type Expression } from './expression.js';
export {
  drawCotangent,
  drawData,
  drawDirection,
  drawLattice,
  drawPoint,
  type MapAtPoint,
  type Point,
  shown,
} from './point.js';
export { drawPrimitive } from './primitive.js';
export {
  type Range,
  type Specification,
  type Specifications,
  specified,
  type Specified,
} from './specification.js';
export { drawTensor, drawTree, type TensorTree } from './tree.js';
