export { backends, type Engine, engineOf, float64 } from './engine.js';
export { type Bounds } from './error-bound.js';
export { type Computation, type NumericMap, type Traced, traceLens } from './numeric-map.js';
export { type ParaArgument, type ParaSpecification, subjectOfPara } from './para-subject.js';
export { drawSubject, type Subject, type SubjectAtPoint, subjectOf, subjectOfLens } from './subject.js';
export { dot, type Place, type Vector } from './vector.js';
