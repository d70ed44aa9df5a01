export { shareOfRows } from './share.js';
