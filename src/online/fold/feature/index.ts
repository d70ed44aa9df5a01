export { columns, type ColumnsByName, fieldsOf } from './columns.js';
export { hashed, type HashedOptions, tokensOf, wordsOf } from './hashed.js';
export { fillMissing, type FillMissingOptions, type Maybe } from './missing.js';
export { concatMoments, type Moments, momentsOf, noMoments, runningMoments, variancesOf } from './moments.js';
export { murmur3 } from './murmur.js';
export { type Category, oneHot, oneHotSeen } from './one-hot.js';
export { standardize, type StandardizeOptions } from './standardize.js';
export { lags, lastValues, overTime, type OverTimeOptions, type Timed, type Total } from './window.js';
