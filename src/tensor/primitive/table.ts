/** The table of the primitives: all that is known of each, by name. A missing rule does not compile. */
import type { PrimitiveName } from '../tensor.js';
import {
  addPrimitive,
  dividePrimitive,
  multiplyPrimitive,
  negatePrimitive,
  subtractPrimitive,
} from './arithmetic.js';
import {
  andPrimitive,
  equalPrimitive,
  lessOrEqualPrimitive,
  lessPrimitive,
  notPrimitive,
  orPrimitive,
  selectPrimitive,
} from './comparison.js';
import { contractPrimitive } from './contract.js';
import {
  castPrimitive,
  checkPrimitive,
  customPrimitive,
  fencePrimitive,
  identityPrimitive,
  stopGradientPrimitive,
} from './conversion.js';
import { expm1Primitive, expPrimitive, log1pPrimitive, logPrimitive, sqrtPrimitive } from './exponential.js';
import { argmaxPrimitive, maxPrimitive } from './extremum.js';
import { millsPrimitive } from './gaussian.js';
import { iotaPrimitive, randomBitsPrimitive } from './generation.js';
import { scatterAddPrimitive, takePrimitive } from './indexing.js';
import {
  absPrimitive,
  floorPrimitive,
  maximumPrimitive,
  minimumPrimitive,
  signPrimitive,
} from './magnitude.js';
import { reshapePrimitive, reversePrimitive, transposePrimitive } from './movement.js';
import type { Primitive } from './primitive.js';
import { broadcastPrimitive, sumPrimitive } from './reduction.js';
import { scanPrimitive } from './scan.js';
import { erfPrimitive, sigmoidPrimitive, tanhPrimitive } from './sigmoid.js';
import { concatPrimitive, padPrimitive, slicePrimitive } from './slicing.js';
import { cosPrimitive, sinPrimitive } from './trigonometric.js';
import { windowPrimitive, windowSumPrimitive } from './window.js';

export const primitives: { readonly [N in PrimitiveName]: Primitive<N> } = {
  negate: negatePrimitive,
  add: addPrimitive,
  subtract: subtractPrimitive,
  multiply: multiplyPrimitive,
  divide: dividePrimitive,
  abs: absPrimitive,
  sign: signPrimitive,
  floor: floorPrimitive,
  maximum: maximumPrimitive,
  minimum: minimumPrimitive,
  equal: equalPrimitive,
  less: lessPrimitive,
  lessOrEqual: lessOrEqualPrimitive,
  and: andPrimitive,
  or: orPrimitive,
  not: notPrimitive,
  select: selectPrimitive,
  exp: expPrimitive,
  expm1: expm1Primitive,
  log: logPrimitive,
  log1p: log1pPrimitive,
  sqrt: sqrtPrimitive,
  tanh: tanhPrimitive,
  sigmoid: sigmoidPrimitive,
  erf: erfPrimitive,
  mills: millsPrimitive,
  sin: sinPrimitive,
  cos: cosPrimitive,
  cast: castPrimitive,
  identity: identityPrimitive,
  stopGradient: stopGradientPrimitive,
  check: checkPrimitive,
  fence: fencePrimitive,
  custom: customPrimitive,
  sum: sumPrimitive,
  broadcast: broadcastPrimitive,
  max: maxPrimitive,
  argmax: argmaxPrimitive,
  reshape: reshapePrimitive,
  transpose: transposePrimitive,
  reverse: reversePrimitive,
  slice: slicePrimitive,
  pad: padPrimitive,
  concat: concatPrimitive,
  contract: contractPrimitive,
  window: windowPrimitive,
  windowSum: windowSumPrimitive,
  take: takePrimitive,
  scatterAdd: scatterAddPrimitive,
  iota: iotaPrimitive,
  randomBits: randomBitsPrimitive,
  scan: scanPrimitive,
};

export const primitiveNames = Object.keys(primitives) as readonly PrimitiveName[];
