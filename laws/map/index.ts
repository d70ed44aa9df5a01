export { backends, type Engine, engineOf, float64 } from './engine.js';
export { type Bounds, withErrorBounds } from './error-bound.js';
export {
  backwardLens,
  type Computation,
  type NumericMap,
  numericMap,
  type Traced,
  traceLens,
} from './numeric-map.js';
export {
  type ParaArgument,
  type ParaSpecification,
  specificationsOf,
  subjectOfPara,
} from './para-subject.js';
export { drawSubject, type Subject, type SubjectAtPoint, subjectOf, subjectOfLens } from './subject.js';
export { dot, type Place, showVector, type Vector } from './vector.js';
