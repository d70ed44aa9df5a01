export { type Claim, same } from './compare.js';
export { bitwise, type Difference, type Equality, normWise, numerically } from './equality.js';
export { assertHolds, brokenLaws, check, type CheckOptions, LawError } from './runner.js';
export { broken, every, type Finding, holds, type Law, law, rejected, type Verdict } from './verdict.js';
