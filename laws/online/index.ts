export { adwinIsNaive, naiveAdwin } from './adwin.js';
export { foldLaws, foldResumes, stepIsPure } from './fold.js';
export { type FoldOperations, foldOperations, foldsCompose } from './fold-category.js';
export { drawFoldExample, type FoldExample, type FoldSubject, remadeData } from './fold-subject.js';
export { type MomentOperations, momentOperations, momentsOfParts } from './moments.js';
export { batchesEach, decodesEach, joinsEach, type Reads } from './nothing-lost.js';
export { sourceLaws } from './source.js';
export {
  drawSourceExample,
  type Medium,
  type PlacedRecord,
  type SourceExample,
  type SourceSubject,
} from './source-subject.js';
export type { Lags, LetGo, SourceReading } from './source-readings.js';
export { type SourceTrail, trailOf } from './source-trail.js';
