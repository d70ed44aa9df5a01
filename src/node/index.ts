export { shutdown } from './shutdown.js';
