export {
  compositionOfParas,
  functorOfDerivatives,
  initOfComposite,
  interchangeOfParas,
  liftIsFunctor,
} from './composition.js';
export { drawLike, drawPara, drawParas, type Endolayer, type ParaExample } from './random-para.js';
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
