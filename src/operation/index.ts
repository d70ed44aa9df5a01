/** Everything that is done with tensors, the functions that layers and losses are written in, and their derivatives. */
export * from '../autodiff/index.js';
export { and, not, or, select } from '../tensor/primitive/comparison.js';
export { negate } from '../tensor/primitive/arithmetic.js';
export { full, fullLike } from '../tensor/primitive/constant.js';
export { contract } from '../tensor/primitive/contract.js';
export { cast, check, stopGradient } from '../tensor/primitive/conversion.js';
export { exp, expm1, log, log1p, sqrt } from '../tensor/primitive/exponential.js';
export { randomBits } from '../tensor/primitive/generation.js';
export type { Contracted, Expanded, Freed, FreeShape, Permuted, Reduced } from '../tensor/shape-rule.js';
export type { Check, Window } from '../tensor/tensor.js';
export { abs, floor, sign } from '../tensor/primitive/magnitude.js';
export { erf, sigmoid, tanh } from '../tensor/primitive/sigmoid.js';
export { pad, slice } from '../tensor/primitive/slicing.js';
export { cos, sin } from '../tensor/primitive/trigonometric.js';
export { window, windowSum } from '../tensor/primitive/window.js';
export { gelu, logSigmoid, relu, softplus } from './activation.js';
export {
  add,
  type Binary,
  clip,
  divide,
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  maximum,
  minimum,
  multiply,
  notEqual,
  subtract,
  type SuffixOf,
} from './arithmetic.js';
export { attend, type AttentionOptions } from './attention.js';
export { type ConvolutionOptions, convolve } from './convolution.js';
export { cumsum } from './cumulative.js';
export { iota, oneHot, scatterAdd, take } from './indices.js';
export {
  broadcast,
  concat,
  expandDims,
  type Reshape,
  reshape,
  reverse,
  type Squeeze,
  squeeze,
  stack,
  transpose,
  unstack,
} from './movement.js';
export { norm } from './norm.js';
export { power, reciprocal, square } from './power.js';
export { transposedConvolve } from './transposed-convolution.js';
export { type Moments, moments, rootMeanSquare, standardize } from './normalization.js';
export { rotary, sinusoids } from './position.js';
export { averagePool, maxPool, type PoolingOptions } from './pooling.js';
export { type Padding, type PerAxis, type WindowOptions } from './spatial.js';
export { geluTanh } from './gelu-tanh.js';
export { hardSigmoid, hardSwish, hardTanh, leakyRelu, relu6 } from './piecewise.js';
export { matmul } from './product.js';
export { advance, type Key, normal, split, uniform } from './random.js';
export {
  all,
  any,
  argmax,
  argmin,
  type IndexReduction,
  logSumExp,
  max,
  mean,
  min,
  product,
  type Reduction,
  type ReductionOptions,
  sum,
} from './reduce.js';
export { type AtPlace, scan, type ScanOptions, type Stacked } from './scan.js';
export { celu, elu, glu, mish, selu, silu, softsign } from './smooth.js';
export { logSoftmax, softmax } from './softmax.js';
