/** Every element-wise function, by its name in the truth: how far it may be off, and where it goes at both ends. */
import { logCosh, type Shape, type Tensor } from 'paralens';
import * as operation from 'paralens/operation';

type Three = readonly [value: number, first: number, second: number];

export interface TruthfulCurve {
  readonly f: (x: Tensor) => Tensor;
  /** The bound of value, first and second derivative in ulp, in float32 on every backend; that of float64. */
  readonly bound: Three;
  readonly bound64: Three;
  /**
   * Where a derivative is 0 between −4 and 4, its bound is in ulp of numbers of this size: that of the terms whose
   * difference it is.
   */
  readonly terms?: number;
  /** Value, first and second derivative at −∞ and at ∞; absent where there is no limit. */
  readonly left?: Three;
  readonly right?: Three;
}

const zero: Three = [0, 0, 0];
const line: Three = [Infinity, 1, 0];
const { expm1, sigmoid, silu } = operation;

export const truthfulCurves: { readonly [name: string]: TruthfulCurve } = {
  exp: { f: operation.exp, bound: [1, 1, 1], bound64: [1, 1, 1], left: zero },
  expm1: { f: expm1, bound: [2, 1, 1], bound64: [1, 1, 1], left: [-1, 0, 0] },
  log: { f: operation.log, bound: [1, 1, 2], bound64: [1, 1, 2], right: [Infinity, 0, 0] },
  log1p: { f: operation.log1p, bound: [1, 2, 3], bound64: [1, 1, 2], right: [Infinity, 0, 0] },
  sqrt: { f: operation.sqrt, bound: [1, 2, 4], bound64: [1, 1, 3], right: [Infinity, 0, 0] },
  sin: { f: operation.sin, bound: [1, 1, 1], bound64: [1, 1, 1] },
  cos: { f: operation.cos, bound: [1, 1, 1], bound64: [1, 1, 1] },
  tanh: { f: operation.tanh, bound: [2, 4, 6], bound64: [1, 3, 4], left: [-1, 0, 0], right: [1, 0, 0] },
  erf: { f: operation.erf, bound: [2, 3, 4], bound64: [10, 2, 3], left: [-1, 0, 0], right: [1, 0, 0] },
  sigmoid: { f: sigmoid, bound: [2, 4, 6], bound64: [2, 4, 5], left: zero, right: [1, 0, 0] },
  softplus: { f: operation.softplus, bound: [2, 2, 4], bound64: [2, 2, 4], left: zero, right: line },
  logSigmoid: {
    f: operation.logSigmoid,
    bound: [2, 2, 4],
    bound64: [2, 2, 4],
    left: [-Infinity, 1, 0],
    right: zero,
  },
  gelu: { f: operation.gelu, bound: [8, 8, 6], bound64: [6, 6, 6], terms: 0.25, left: zero, right: line },
  geluTanh: {
    f: operation.geluTanh,
    // The second multiplies a denormal number by thousands where it ends.
    bound: [8, 8, 40],
    bound64: [8, 8, 8],
    terms: 0.25,
    left: zero,
    right: line,
  },
  silu: { f: silu, bound: [4, 6, 8], bound64: [4, 6, 8], terms: 0.25, left: zero, right: line },
  mish: { f: operation.mish, bound: [6, 8, 16], bound64: [6, 8, 16], terms: 0.25, left: zero, right: line },
  elu: { f: (x) => operation.elu(x), bound: [2, 1, 1], bound64: [1, 1, 1], left: [-1, 0, 0], right: line },
  celu: {
    f: (x) => operation.celu(x, 2),
    bound: [2, 1, 1],
    bound64: [1, 1, 1],
    left: [-2, 0, 0],
    right: line,
  },
  selu: {
    f: operation.selu,
    bound: [3, 3, 3],
    bound64: [3, 3, 3],
    left: [-1.7580993408473766, 0, 0],
    right: [Infinity, 1.0507009873554805, 0],
  },
  softsign: {
    f: operation.softsign,
    bound: [2, 4, 5],
    bound64: [2, 4, 5],
    left: [-1, 0, 0],
    right: [1, 0, 0],
  },
  relu: { f: operation.relu, bound: zero, bound64: zero, left: zero, right: line },
  abs: { f: operation.abs, bound: zero, bound64: zero, left: [Infinity, -1, 0], right: line },
  leakyRelu: {
    f: (x) => operation.leakyRelu(x, 1 / 64),
    bound: [1, 0, 0],
    bound64: zero,
    left: [-Infinity, 1 / 64, 0],
    right: line,
  },
  hardSigmoid: {
    f: operation.hardSigmoid,
    bound: [2, 1, 0],
    bound64: [2, 1, 0],
    left: zero,
    right: [1, 0, 0],
  },
  hardSwish: {
    f: operation.hardSwish,
    bound: [2, 4, 1],
    bound64: [2, 4, 1],
    terms: 0.25,
    left: zero,
    right: line,
  },
  logCosh: {
    f: (x) => logCosh<Shape>().rows?.(x, operation.fullLike(x, 0)) ?? x,
    bound: [4, 2, 4],
    bound64: [6, 1, 3],
    left: [Infinity, -1, 0],
    right: line,
  },
  reciprocal: {
    f: operation.reciprocal,
    bound: [1, 2, 3],
    bound64: [1, 1, 2],
    left: zero,
    right: zero,
  },
  square: {
    f: operation.square,
    bound: [1, 0, 0],
    bound64: [1, 0, 0],
    left: [Infinity, -Infinity, 2],
    right: [Infinity, Infinity, 2],
  },
  cube: {
    f: (x) => operation.power(x, 3),
    bound: [1, 1, 1],
    bound64: [1, 1, 1],
    left: [-Infinity, Infinity, -Infinity],
    right: [Infinity, Infinity, Infinity],
  },
  // In float64 the error of e^(b·ln x) grows as b·ln x, which is up to 266 here.
  'power -3': {
    f: (x) => operation.power(x, -3),
    bound: [1, 2, 2],
    bound64: [300, 300, 400],
    left: zero,
    right: zero,
  },
  'power 2.5': {
    f: (x) => operation.power(x, 2.5),
    bound: [1, 2, 2],
    bound64: [130, 140, 2],
    right: [Infinity, Infinity, Infinity],
  },
};
