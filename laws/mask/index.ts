export { leavesOut, type Masking } from './left-out.js';
