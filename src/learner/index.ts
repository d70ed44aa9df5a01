export {
  type Batch,
  type Learner,
  learner,
  type LearnerOptions,
  type LearnerState,
  type Report,
} from './learner.js';
export { type InputForm, layersOf, type LayerSummary, summary } from './summary.js';
