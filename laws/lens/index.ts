export { lensLaws } from './battery.js';
export { composition, type LensPoint } from './category.js';
export { type LensCategory, lenses } from './lens-category.js';
export { associator, interchange, pentagon, symmetry, units, type Values } from './monoidal.js';
export { drawLens, drawLenses, type Endo, type LensExample, lensOf } from './random-lens.js';
