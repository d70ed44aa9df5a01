export { shareOfRows } from './share.js';
export { type ScoredParts, scoreOfParts } from './score.js';
