export { eagerAsCompiled } from './eager.js';
export { fusedAsApart, runOneByOne } from './fusion.js';
export { broadcastAsCopies, type Reading, viewAsCopy } from './views.js';
