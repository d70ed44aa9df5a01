export { denseIsProduct } from './dense.js';
export { homogeneous, increasing } from './monotone.js';
export { type RowExample, rowsApart } from './rows.js';
export { movesWithRow, rowsSumToOne, shiftInvariantRows } from './softmax.js';
