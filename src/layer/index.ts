export {
  type AttentionParameters,
  type CrossAttentionOptions,
  crossAttention,
  maskedCrossAttention,
  maskedSelfAttention,
  selfAttention,
  type SelfAttentionOptions,
  type SequenceMask,
} from './attention.js';
export {
  batchNormalization,
  type BatchNormalizationOptions,
  type RunningStatistics,
} from './batch-normalization.js';
export { dropout, type DropoutKey } from './dropout.js';
export {
  groupNormalization,
  layerNormalization,
  type NormalizationOptions,
  type NormalizationParameters,
  rmsNormalization,
  type RmsNormalizationParameters,
} from './normalization.js';
export {
  type ActivationLayer,
  celu,
  elu,
  gelu,
  geluTanh,
  glu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  mish,
  prelu,
  type PreluParameters,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  tanh,
} from './activation.js';
export {
  type Convolution1d,
  convolution1d,
  type Convolution2d,
  convolution2d,
  type ConvolutionKernel,
  type ConvolutionLayerOptions,
  type ConvolutionParameters,
  transposedConvolution1d,
  transposedConvolution2d,
} from './convolution.js';
export { dense, type DenseKernel, type DenseOptions, type DenseParameters } from './dense.js';
export {
  type Bias,
  type Biased,
  glorot,
  he,
  type Initializer,
  normalInitializer,
  uniformInitializer,
  zeros,
} from './initializer.js';
export {
  averagePooling1d,
  averagePooling2d,
  globalAveragePooling,
  globalMaxPooling,
  maxPooling1d,
  maxPooling2d,
} from './pooling.js';
export { flatten, reshape } from './reshape.js';
export { embedding, type EmbeddingOptions, type EmbeddingParameters } from './embedding.js';
export { learnedPositions, type PositionParameters, sinusoidalPositions } from './position.js';
export {
  maskedTransformerBlock,
  transformerBlock,
  type TransformerBlockOptions,
  type TransformerBlockParameters,
} from './transformer.js';
export {
  type Cell,
  type GateParameters,
  gruCell,
  type GruParameters,
  lstmCell,
  type LstmState,
  simpleCell,
} from './cell.js';
export {
  maskedRecurrent,
  maskedRecurrentSequence,
  recurrent,
  type RecurrentOptions,
  recurrentSequence,
} from './recurrent.js';
export type { Sequence, VectorCell, Vectors } from './over-time.js';
