/**
 * The table of the primitives: all that is known of each, by name. A missing record does not compile, and lists of names
 * are made of the records.
 */
import type { PrimitiveName } from '../tensor.js';
import { arithmeticPrimitives } from './arithmetic.js';
import { comparisonPrimitives } from './comparison.js';
import { contractPrimitive } from './contract.js';
import { conversionPrimitives } from './conversion.js';
import type { Approximated } from './elementwise.js';
import { exponentialPrimitives } from './exponential.js';
import { extremumPrimitives } from './extremum.js';
import { gaussianPrimitives } from './gaussian.js';
import { generationPrimitives } from './generation.js';
import { indexingPrimitives } from './indexing.js';
import { magnitudePrimitives } from './magnitude.js';
import { movementPrimitives } from './movement.js';
import type { PrimitiveKind, Primitive } from './primitive.js';
import { reductionPrimitives } from './reduction.js';
import { scanPrimitive } from './scan.js';
import { sigmoidPrimitives } from './sigmoid.js';
import { slicingPrimitives } from './slicing.js';
import { trigonometricPrimitives } from './trigonometric.js';
import { windowPrimitives } from './window.js';

const records = {
  ...arithmeticPrimitives,
  ...magnitudePrimitives,
  ...comparisonPrimitives,
  ...exponentialPrimitives,
  ...sigmoidPrimitives,
  ...gaussianPrimitives,
  ...trigonometricPrimitives,
  ...conversionPrimitives,
  ...reductionPrimitives,
  ...extremumPrimitives,
  ...movementPrimitives,
  ...slicingPrimitives,
  contract: contractPrimitive,
  ...windowPrimitives,
  ...indexingPrimitives,
  ...generationPrimitives,
  scan: scanPrimitive,
};

export const primitives: { readonly [N in PrimitiveName]: Primitive<N> } = records;

export const primitiveNames = Object.keys(primitives) as readonly PrimitiveName[];

type NameOf<Facet> = {
  readonly [N in PrimitiveName]: (typeof records)[N] extends Facet ? N : never;
}[PrimitiveName];

/** The primitives of these kinds. */
export type NameOfKind<K extends PrimitiveKind> = NameOf<{ readonly kind: K }>;

/** The functions whose last bits are the backend's. */
export type ApproximatedName = NameOf<{ readonly exact: false }>;

/** The records of these functions. */
export const approximatedPrimitives: { readonly [N in ApproximatedName]: Approximated<N> } = records;

export const isApproximated = (name: PrimitiveName): name is ApproximatedName => !primitives[name].exact;
