export { chainRule, derivedProjection, pairing, projections, sumRule, type TreePoint } from './axioms.js';
export { type AxiomExample, axiomLaws, drawAxioms } from './battery.js';
export { cartesian, type CartesianOperations } from './cartesian.js';
export { fusedIsComposed } from './fused.js';
export { additive, linearDerivative, powersOfTwo, zeroCotangent } from './linearity.js';
export { mixedPartials } from './mixed-partials.js';
export { chainOfTangents, dotProduct, doubleReverse } from './transpose.js';
