export { type Claim, same } from './compare.js';
export { bitwise, type Difference, elementWise, type Equality, normWise, numerically } from './equality.js';
export { check, type CheckOptions, assertHolds, LawError } from './runner.js';
export {
  broken,
  every,
  type Finding,
  holds,
  type Law,
  rejected,
  showFinding,
  type Verdict,
} from './verdict.js';
