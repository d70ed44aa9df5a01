export { type Claim, same } from './compare.js';
export { bitwise, type Difference, elementWise, type Equality, normWise, numerically } from './equality.js';
export { assertHolds, brokenLaws, check, type CheckOptions, LawError } from './runner.js';
export {
  broken,
  every,
  type Finding,
  holds,
  type Law,
  law,
  rejected,
  showFinding,
  type Verdict,
} from './verdict.js';
