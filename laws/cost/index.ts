export { growsAsALine } from './growth.js';
export { bracketed, type Counted, counted, linearInDepth, oneForwardEach } from './forward-calls.js';
export { type Live, liveStays } from './live.js';
export { costsItsSteps, countedBackend, type MachineUse } from './machines.js';
export { noZerosAdded } from './zeros.js';
