export { bracketed, type Counted, counted, linearInDepth, oneForwardEach } from './forward-calls.js';
