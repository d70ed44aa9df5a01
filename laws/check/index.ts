export { type Battery, backendLaws, derivativeLaws } from './battery.js';
export { checkGradient, checkSubject, type DifferentiableOptions } from './check-gradient.js';
export { checkLoss, type LossOptions, type LossSpecification } from './check-loss.js';
export { checkPara, initLaws } from './check-para.js';
export { checkLearner, type LearnerCheckOptions, learnerLaws, type LearnerRun } from './check-learner.js';
