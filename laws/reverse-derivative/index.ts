export { chainRule, derivedProjection, pairing, projections, sumRule, type TreePoint } from './axioms.js';
export { fusedIsComposed } from './fused.js';
export { additive, linearDerivative, powersOfTwo, zeroCotangent } from './linearity.js';
export { chainOfTangents, dotProduct, doubleReverse } from './transpose.js';
