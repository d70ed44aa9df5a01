export { denseIsProduct } from './dense.js';
export { homogeneous, increasing } from './monotone.js';
export { type RowExample, rowsApart } from './rows.js';
export { movesWithRow, rowsSumToOne, shiftInvariantRows } from './softmax.js';
export { blocksFuture, normalizesRows, placesAlike, sameMask } from './sequence.js';
export { scanIsUnrolled } from './time.js';
export { keepsOrder, shiftsWithInput } from './windows.js';
