export { adwinIsNaive, naiveAdwin } from './adwin.js';
export { foldLaws, foldResumes, stepIsPure } from './fold.js';
export { type FoldOperations, foldOperations, foldsCompose } from './fold-category.js';
export { drawFoldExample, type FoldExample, type FoldSubject, remadeData } from './fold-subject.js';
export { type MomentOperations, momentOperations, momentsOfParts } from './moments.js';
export { batchesEach, decodesEach, joinsEach, type Reads } from './nothing-lost.js';
