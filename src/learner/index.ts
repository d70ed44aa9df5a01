export {
  type Batch,
  type Learner,
  learner,
  type LearnerOptions,
  type LearnerState,
  type Report,
} from './learner.js';
