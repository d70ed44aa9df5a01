export { lensLaws } from './battery.js';
export { associativity, composition, identityLaw, type LensPoint, sameLens } from './category.js';
export { type LensCategory, lenses } from './lens-category.js';
export { associator, interchange, pentagon, symmetry, units, type Values } from './monoidal.js';
export { drawLens, drawLenses, type Endo, type LensExample, lensOf } from './random-lens.js';
export { pureLens, reentrantLens, residualForm } from './residual.js';
