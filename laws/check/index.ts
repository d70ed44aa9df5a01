export { type Battery, backendLaws, derivativeLaws } from './battery.js';
export { type AnyFold, checkFold, type FoldCheckOptions } from './check-fold.js';
export { checkGradient, type DifferentiableOptions } from './check-gradient.js';
export { checkLoss, type LossOptions, type LossSpecification } from './check-loss.js';
export { checkPara, type ParaOptions } from './check-para.js';
export { checkLearner, type LearnerCheckOptions, learnerLaws, type LearnerRun } from './check-learner.js';
export { checkUpdate, type UpdateOptions } from './check-update.js';
export { type UpdateBattery, updateLaws, type UpdateTraits } from './update-battery.js';
export { checkSource, trailsOf } from './check-source.js';
