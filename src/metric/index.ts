export { accuracy, type Metric } from './accuracy.js';
