export { projections, type TreePoint } from './axioms.js';
export { type AxiomExample, axiomLaws, drawAxioms } from './battery.js';
export { cartesian, type CartesianOperations } from './cartesian.js';
export { fusedIsComposed } from './fused.js';
export { additive } from './linearity.js';
export { chainOfTangents } from './transpose.js';
