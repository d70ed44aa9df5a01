export { type Battery, backendLaws, derivativeLaws } from './battery.js';
export { checkGradient, checkSubject, type DifferentiableOptions } from './check-gradient.js';
export { checkPara, initLaws } from './check-para.js';
export { checkLearner, type LearnerCheckOptions, learnerLaws, type LearnerRun } from './check-learner.js';
