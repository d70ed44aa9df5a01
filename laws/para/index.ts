export { evaluationOfComposite } from './evaluation.js';
export {
  compositionOfParas,
  functorOfDerivatives,
  initOfComposite,
  interchangeOfParas,
  liftIsFunctor,
} from './composition.js';
export {
  rematerializingChangesNoSecond,
  rematerializingChangesNothing,
  rematerializeLaws,
  drawRemade,
  type Remade,
} from './rematerialize.js';
export { paraLaws } from './battery.js';
export { type ParaOperations, paras } from './para-operations.js';
export {
  type Described,
  drawLike,
  drawPara,
  drawParas,
  type Endolayer,
  type Kernel,
  type ParaExample,
} from './random-para.js';
export {
  along,
  beside,
  flippedTwice,
  frozenChange,
  reparametrizationIsFunctor,
  sharedChange,
  whiskering,
} from './reparametrization.js';
export { type Comparison, type Outcome, outcomeOf, type ParaPoint, sameOutcome, samePara } from './same.js';
