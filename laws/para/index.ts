export { rematerializeLaws, drawRemade, type Remade } from './rematerialize.js';
export { paraLaws } from './battery.js';
export { type ParaOperations, paras } from './para-operations.js';
export {
  type Described,
  drawPara,
  drawParas,
  type Endolayer,
  type Kernel,
  type ParaExample,
} from './random-para.js';
export { along, beside, whiskering } from './reparametrization.js';
export { type Comparison, type Outcome, type ParaPoint } from './same.js';
