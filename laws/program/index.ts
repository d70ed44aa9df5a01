export { eagerAsCompiled } from './eager.js';
export { fusedAsApart } from './fusion.js';
export { broadcastAsCopies, type Reading, viewAsCopy } from './views.js';
