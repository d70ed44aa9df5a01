export { type ScoredParts, scoreOfParts } from './score.js';
