export { isAlive } from './alive.js';
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
export { wholePoint } from './backend.js';
export { descends, type Falling } from './convex.js';
export { accumulates, clipsByNorm, decaysBeside, followsRule } from './composed.js';
export {
  constantGradients,
  converges,
  type DescentConstants,
  quadratic,
  stepsDownGradient,
} from './descent.js';
export { looksAhead, looksAtParameters } from './lens.js';
export {
  drawUpdate,
  type ParameterSpecifications,
  type UpdateAtPoint,
  type UpdatePoint,
  type UpdateSubject,
} from './random-update.js';
export { type WithRate } from './rate.js';
export { sameUpdate } from './same-update.js';
export { joins, scheduleFormula, scheduleMap, type ScheduleMap } from './schedule.js';
export { rotation } from './symmetry.js';
export { besideEachOther, split } from './tree.js';
export {
  beginning,
  reached,
  type Likeness,
  type Standing,
  type Stepped,
  type UpdateMap,
  updateMap,
  withUpdate,
} from './update-map.js';
