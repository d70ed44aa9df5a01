export { comesToRest, decayShrinks, evenSteps, isAlive } from './alive.js';
export {
  boundedSteps,
  correctedMoments,
  equalGradients,
  longestStep,
  signOfGradient,
  withoutMean,
} from './adam.js';
export { type AdamConstants, type RmspropConstants } from './history.js';
export { runningSize, scaleFree, sizeUnderConstantGradient } from './running-size.js';
export { stepExact, stepNearFloat64, stepRepeatable, wholePoint } from './backend.js';
export { descends, type Falling } from './convex.js';
export { accumulates, clipsByNorm, decaysBeside, followsRule } from './composed.js';
export {
  constantGradients,
  converges,
  type DescentConstants,
  quadratic,
  stepsDownGradient,
} from './descent.js';
export {
  looksAhead,
  looksAtParameters,
  looksSomewhere,
  pureUpdate,
  reentrantUpdate,
  runIsGetAndPut,
} from './lens.js';
export {
  drawUpdate,
  type ParameterSpecifications,
  type UpdateAtPoint,
  type UpdatePoint,
  type UpdateSubject,
} from './random-update.js';
export { constantSchedule, followsSchedule, linearInRate, rateAsCap, type WithRate } from './rate.js';
export { restsAtFirst, restsInEveryState, wholeNumbersStay } from './rest.js';
export { sameUpdate } from './same-update.js';
export { joins, scheduleFormula, scheduleMap, type ScheduleMap } from './schedule.js';
export { rotation, signedPermutation, translation } from './symmetry.js';
export { besideEachOther, inTwo, leafByLeaf, renested, split, tensorOfUpdates } from './tree.js';
export {
  beginning,
  overTree,
  reached,
  type Likeness,
  type Standing,
  type Stepped,
  trajectory,
  type UpdateMap,
  updateMap,
  withUpdate,
} from './update-map.js';
export { countsUpdates, finiteState, resumable, stableForm } from './value.js';
