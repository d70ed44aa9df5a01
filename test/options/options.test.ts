/** Every option of every function of `paralens` and `paralens/lens`, `update`, `program` and `operation` refuses what it cannot mean, at the call. */
import * as paralens from 'paralens';
import * as lenses from 'paralens/lens';
import * as operations from 'paralens/operation';
import * as programs from 'paralens/program';
import * as updates from 'paralens/update';
import { expect, test } from 'vitest';
import { type Call, type Meaning, namedIn, names, type Options, refuses } from './meaning.js';

const { tensor, scalar, key, sgd } = paralens;
const all: Readonly<Record<string, unknown>> = {
  ...operations,
  ...programs,
  ...lenses,
  ...updates,
  ...paralens,
};
const call = (name: string, ...given: readonly unknown[]): unknown => (all[name] as Call)(...given);
const operation = (name: string, ...given: readonly unknown[]): unknown =>
  ((operations as Readonly<Record<string, unknown>>)[name] as Call)(...given);

const x = tensor([[1, 2]]);
const data = { input: tensor([[1], [2]]), target: tensor([[1], [2]]) };
const tiny = paralens.learner({
  model: paralens.dense(1, 1),
  loss: paralens.meanSquaredError(),
  update: sgd(),
});

const named = namedIn(all);

/** The meanings of arguments in order; what stands beside the one that is tried is given. */
const placed = (
  name: string,
  valid: readonly unknown[],
  meanings: readonly (Meaning | undefined)[],
): Options =>
  Object.fromEntries(
    meanings.flatMap((meaning, i) =>
      meaning === undefined
        ? []
        : [[`argument ${i}`, [meaning, (value: never) => call(name, ...valid.with(i, value))]] as const],
    ),
  );

const adamOptions = {
  learningRate: 'rate',
  beta1: 'share',
  beta2: 'share',
  epsilon: 'positive',
} as const;
const windows = { stride: 'count', dilation: 'count', padding: 'choice' } as const;
const convolution = { ...windows, groups: 'count', kernel: 'function', bias: 'bias' } as const;
const heads = { kernel: 'function', causal: 'boolean', rotary: 'boolean' } as const;

const taken: Readonly<Record<string, Options>> = {
  // initializers
  normalInitializer: placed('normalInitializer', [1], ['rate']),
  uniformInitializer: placed('uniformInitializer', [0, 1], ['number', 'number']),
  // layers
  averagePooling1d: {
    ...placed('averagePooling1d', [2], ['count']),
    ...named('averagePooling1d', [2], windows),
  },
  averagePooling2d: {
    ...placed('averagePooling2d', [2], ['count']),
    ...named('averagePooling2d', [2], windows),
  },
  maxPooling1d: { ...placed('maxPooling1d', [2], ['count']), ...named('maxPooling1d', [2], windows) },
  maxPooling2d: { ...placed('maxPooling2d', [2], ['count']), ...named('maxPooling2d', [2], windows) },
  repeat: placed('repeat', [1, paralens.dense(1, 1)], ['count']),
  share: placed('share', [paralens.dense(1, 1), 1], [undefined, 'count']),
  batchNormalization: {
    ...placed('batchNormalization', [2], ['count']),
    ...named('batchNormalization', [2], { epsilon: 'positive', momentum: 'share' }),
  },
  layerNormalization: {
    ...placed('layerNormalization', [2], ['count']),
    ...named('layerNormalization', [2], { epsilon: 'positive' }),
  },
  groupNormalization: {
    ...placed('groupNormalization', [2, 2], ['count', 'count']),
    ...named('groupNormalization', [2, 2], { epsilon: 'positive' }),
  },
  rmsNormalization: {
    ...placed('rmsNormalization', [2], ['count']),
    ...named('rmsNormalization', [2], { epsilon: 'positive' }),
  },
  celu: placed('celu', [1], ['positive']),
  elu: placed('elu', [1], ['number']),
  leakyRelu: placed('leakyRelu', [1], ['number']),
  prelu: placed('prelu', [1], ['count']),
  convolution1d: {
    ...placed('convolution1d', [2, 2, 3], ['count', 'count', 'count']),
    ...named('convolution1d', [2, 2, 3], convolution),
  },
  convolution2d: {
    ...placed('convolution2d', [2, 2, 3], ['count', 'count', 'count']),
    ...named('convolution2d', [2, 2, 3], convolution),
  },
  transposedConvolution1d: {
    ...placed('transposedConvolution1d', [2, 2, 3], ['count', 'count', 'count']),
    ...named('transposedConvolution1d', [2, 2, 3], convolution),
  },
  transposedConvolution2d: {
    ...placed('transposedConvolution2d', [2, 2, 3], ['count', 'count', 'count']),
    ...named('transposedConvolution2d', [2, 2, 3], convolution),
  },
  crossAttention: {
    ...placed('crossAttention', [4, 2], ['count', 'count']),
    ...named('crossAttention', [4, 2], { kernel: 'function', bias: 'bias' }),
  },
  maskedCrossAttention: {
    ...placed('maskedCrossAttention', [4, 2], ['count', 'count']),
    ...named('maskedCrossAttention', [4, 2], { kernel: 'function', bias: 'bias' }),
  },
  selfAttention: {
    ...placed('selfAttention', [4, 2], ['count', 'count']),
    ...named('selfAttention', [4, 2], { ...heads, bias: 'bias' }),
  },
  maskedSelfAttention: {
    ...placed('maskedSelfAttention', [4, 2], ['count', 'count']),
    ...named('maskedSelfAttention', [4, 2], { ...heads, bias: 'bias' }),
  },
  transformerBlock: Object.fromEntries(
    Object.entries({
      width: 'count',
      heads: 'count',
      hidden: 'count',
      dropout: 'share',
      activation: 'function',
      ...heads,
    } as const).map(([option, meaning]) => [
      option,
      [meaning, (value: never) => call('transformerBlock', { width: 4, heads: 2, [option]: value })],
    ]),
  ),
  maskedTransformerBlock: {
    heads: ['count', (value: never) => call('maskedTransformerBlock', { width: 4, heads: value })],
    dropout: [
      'share',
      (value: never) => call('maskedTransformerBlock', { width: 4, heads: 2, dropout: value }),
    ],
  },
  dense: {
    ...placed('dense', [2, 2], ['count', 'count']),
    ...named('dense', [2, 2], { kernel: 'function', bias: 'bias' }),
  },
  dropout: placed('dropout', [0.5], ['share']),
  embedding: {
    ...placed('embedding', [2, 2], ['count', 'count']),
    ...named('embedding', [2, 2], { table: 'function' }),
  },
  learnedPositions: {
    ...placed('learnedPositions', [2, 2], ['count', 'count']),
    ...named('learnedPositions', [2, 2], { table: 'function' }),
  },
  simpleCell: placed('simpleCell', [2, 2], ['count', 'count']),
  gruCell: placed('gruCell', [2, 2], ['count', 'count']),
  lstmCell: placed('lstmCell', [2, 2], ['count', 'count']),
  recurrent: Object.fromEntries(
    (['reverse', 'scan'] as const).map((option) => [
      option,
      [
        'boolean',
        (value: never) => {
          const layer = paralens.recurrent(paralens.gruCell(2, 2), { [option]: value });
          return layer.run(layer.init(key(1)), tensor([[[1, 2]]]));
        },
      ],
    ]),
  ),
  reshape: placed('reshape', [[2]], ['freeShape']),
  // losses and metrics
  huber: placed('huber', [1], ['positive']),
  softmaxCrossEntropy: named('softmaxCrossEntropy', [], { smoothing: 'wholeShare' }),
  sparseSoftmaxCrossEntropy: named('sparseSoftmaxCrossEntropy', [], {
    smoothing: 'wholeShare',
    ignore: 'integer',
  }),
  confusionMatrix: placed('confusionMatrix', [2], ['count']),
  topKAccuracy: placed('topKAccuracy', [2], ['count']),
  rocAuc: placed('rocAuc', [2], ['countFrom0']),
  perplexity: named('perplexity', [], { ignore: 'integer' }),
  // updates
  accumulateGradients: placed('accumulateGradients', [sgd(), 2], [undefined, 'count']),
  adagrad: named('adagrad', [], { learningRate: 'rate', epsilon: 'positive' }),
  adam: named('adam', [], { ...adamOptions, amsgrad: 'boolean' }),
  adamax: named('adamax', [], adamOptions),
  adamw: named('adamw', [], { ...adamOptions, weightDecay: 'rate', amsgrad: 'boolean' }),
  withHyperparameters: placed('withHyperparameters', [1, () => sgd()], ['rate']),
  clipByGlobalNorm: placed('clipByGlobalNorm', [1], ['limit']),
  clipByValue: placed('clipByValue', [1], ['limit']),
  decoupledDecay: {
    ...placed('decoupledDecay', [sgd(), 0.1], [undefined, 'rate']),
    ...named('decoupledDecay', [sgd(), 0.1], { mask: 'function' }),
  },
  lamb: named('lamb', [], { ...adamOptions, weightDecay: 'rate' }),
  lion: named('lion', [], { learningRate: 'rate', beta1: 'share', beta2: 'share', weightDecay: 'rate' }),
  lookahead: {
    ...named('lookahead', [sgd()], { rate: 'wholeShare' }),
    'every.steps': ['count', (value: never) => updates.lookahead(sgd(), { every: { steps: value } })],
  },
  momentum: named('momentum', [], { learningRate: 'rate', momentum: 'share' }),
  movingAverage: placed('movingAverage', [sgd(), 0.9], [undefined, 'share']),
  nadam: named('nadam', [], { ...adamOptions, momentumDecay: 'rate' }),
  nesterov: named('nesterov', [], { learningRate: 'rate', momentum: 'share' }),
  addDecayedWeights: placed('addDecayedWeights', [0.1], ['rate']),
  rmsprop: named('rmsprop', [], { learningRate: 'rate', smoothing: 'share', epsilon: 'positive' }),
  sgd: named('sgd', [], { learningRate: 'rate' }),
  withRates: {
    change: ['rate', (value: never) => paralens.withRates(adjusted.init(key(1)), () => value)],
  },
  // schedules
  cosineDecay: named(
    'cosineDecay',
    [],
    { rate: 'rate', steps: 'positive', end: 'rate' },
    { rate: 1, steps: 5 },
  ),
  cosineRestarts: named(
    'cosineRestarts',
    [],
    { rate: 'rate', steps: 'count', end: 'rate' },
    { rate: 1, steps: 5 },
  ),
  exponentialDecay: named(
    'exponentialDecay',
    [],
    { rate: 'rate', factor: 'positive', steps: 'positive' },
    { rate: 1, factor: 0.5, steps: 5 },
  ),
  inverseSquareRoot: named(
    'inverseSquareRoot',
    [],
    { peak: 'rate', steps: 'positive' },
    { peak: 1, steps: 5 },
  ),
  inverseTimeDecay: named('inverseTimeDecay', [], { rate: 'rate', steps: 'positive' }, { rate: 1, steps: 5 }),
  joinSchedules: named(
    'joinSchedules',
    [],
    { first: 'rate', steps: 'count', next: 'rate' },
    { first: 1, steps: 5, next: 1 },
  ),
  oneCycle: named(
    'oneCycle',
    [],
    { peak: 'rate', steps: 'count', up: 'share', from: 'positive', to: 'positive' },
    { peak: 1, steps: 5 },
  ),
  polynomialDecay: named(
    'polynomialDecay',
    [],
    { rate: 'rate', steps: 'positive', end: 'rate', power: 'positive' },
    { rate: 1, steps: 5 },
  ),
  stepDecay: named(
    'stepDecay',
    [],
    { rate: 'rate', factor: 'positive', steps: 'count' },
    { rate: 1, factor: 0.5, steps: 5 },
  ),
  warmUp: named('warmUp', [], { steps: 'count', next: 'rate' }, { steps: 5, next: 1 }),
  // streams
  batches: {
    ...named('batches', [data], { size: 'count' }),
    epochs: ['countOrInfinity', (value: never) => paralens.batches(data, { size: 1, epochs: value })],
    remainder: ['choice', (value: never) => paralens.batches(data, { size: 1, remainder: value })],
    shuffle: ['choice', (value: never) => paralens.batches(data, { size: 1, shuffle: value })],
  },
  batchesOf: {
    ...named('batchesOf', [[]], { size: 'count' }),
    remainder: ['choice', (value: never) => call('batchesOf', [], { size: 1, remainder: value })],
  },
  earlyStopping: {
    patience: ['count', (value: never) => paralens.earlyStopping({ patience: value, measure: Number })],
    measure: ['function', (value: never) => paralens.earlyStopping({ patience: 1, measure: value })],
  },
  evaluator: named('evaluator', [tiny, data], { size: 'count' }),
  progress: named('progress', [], { total: 'count' }),
  reduceOnPlateau: {
    measure: ['function', (value: never) => paralens.reduceOnPlateau({ measure: value })],
    ...Object.fromEntries(
      Object.entries({
        factor: 'share',
        patience: 'countFrom0',
        threshold: 'rate',
        cooldown: 'countFrom0',
        minimum: 'rate',
      } as const).map(([option, meaning]) => [
        option,
        [meaning, (value: never) => call('reduceOnPlateau', { measure: () => 1, [option]: value })],
      ]),
    ),
  },
  runningMean: placed('runningMean', [5], ['limit']),
  // backends
  reference: named('reference', [], { precision: 'choice' }),
  wasm: named('wasm', [], {
    threads: 'count',
    modules: 'countFrom0',
    relaxedSimd: 'boolean',
    simd: 'boolean',
    warn: 'function',
  }),
  // random numbers
  key: placed('key', [1], ['integer']),
  advance: placed('advance', [key(1), 1], [undefined, 'size']),
  split: placed('split', [key(1), 1], [undefined, 'countFrom0']),
};

const adjusted = paralens.learner({
  model: paralens.dense(1, 1),
  loss: paralens.meanSquaredError(),
  update: updates.withHyperparameters(1, (learningRate) => sgd({ learningRate })),
});

/** The option of a reduction. */
const kept = (name: string, given: unknown, axes: unknown): Options => ({
  keepDims: ['boolean', (value: never) => operation(name, given, axes, { keepDims: value })],
});
const truth = tensor([[1, 0]], 'bool');

const image = tensor([[[1], [2], [3]]]);
const kernel = tensor([[[1]], [[2]]]);
const pooled = (name: string): Options => ({
  size: ['count', (value: never) => operation(name, image, value, 1)],
  ...Object.fromEntries(
    Object.entries(windows).map(([option, meaning]) => [
      option,
      [meaning, (value: never) => operation(name, image, 2, 1, { [option]: value })],
    ]),
  ),
});
const convolved = (name: string): Options =>
  Object.fromEntries(
    Object.entries({ ...windows, groups: 'count' } as const).map(([option, meaning]) => [
      option,
      [meaning, (value: never) => operation(name, image, kernel, { [option]: value })],
    ]),
  );

/** Those of `paralens/operation`, and of the same names as layers. */
const functions: Readonly<Record<string, Options>> = {
  averagePool: pooled('averagePool'),
  maxPool: pooled('maxPool'),
  convolve: convolved('convolve'),
  transposedConvolve: convolved('transposedConvolve'),
  attend: {
    causal: [
      'boolean',
      (value: never) =>
        operation('attend', tensor([[[[1]]]]), tensor([[[[1]]]]), tensor([[[[1]]]]), { causal: value }),
    ],
  },
  broadcast: { shape: ['shape', (value: never) => operation('broadcast', scalar(1), value, [])] },
  celu: { alpha: ['positive', (value: never) => operation('celu', x, value)] },
  elu: { alpha: ['number', (value: never) => operation('elu', x, value)] },
  leakyRelu: { slope: ['number', (value: never) => operation('leakyRelu', x, value)] },
  full: { shape: ['shape', (value: never) => operation('full', value, 1)] },
  iota: { shape: ['shape', (value: never) => operation('iota', value, 0)] },
  normal: { shape: ['shape', (value: never) => operation('normal', key(1), value)] },
  uniform: {
    shape: ['shape', (value: never) => operation('uniform', key(1), value)],
    low: ['number', (value: never) => operation('uniform', key(1), [1], value, 3e38)],
    high: ['number', (value: never) => operation('uniform', key(1), [1], -3e38, value)],
  },
  randomBits: { shape: ['shape', (value: never) => operation('randomBits', key(1), value)] },
  reshape: { shape: ['freeShape', (value: never) => operation('reshape', x, value)] },
  all: kept('all', truth, [0]),
  any: kept('any', truth, [0]),
  ...Object.fromEntries(
    ['max', 'mean', 'min', 'norm', 'product', 'sum'].map((name) => [name, kept(name, x, [0])]),
  ),
  ...Object.fromEntries(['argmax', 'argmin', 'logSumExp'].map((name) => [name, kept(name, x, 0)])),
  clip: {
    low: ['limited', (value: never) => operation('clip', x, value, Infinity)],
    high: ['limited', (value: never) => operation('clip', x, -Infinity, value)],
  },
  oneHot: { count: ['count', (value: never) => operation('oneHot', tensor([0], 'int32'), value)] },
  rootMeanSquare: { epsilon: ['rate', (value: never) => operation('rootMeanSquare', x, [-1], value)] },
  standardize: {
    epsilon: [
      'rate',
      (value: never) => operation('standardize', x, operations.moments(x, [-1]), [-1], value),
    ],
  },
  scan: {
    length: [
      'countFrom0',
      (value: never) => operation('scan', (s: unknown) => [s, []], scalar(0), [], { length: value }),
    ],
    reverse: [
      'boolean',
      (value: never) =>
        operation('scan', (s: unknown) => [s, []], scalar(0), tensor([1]), { reverse: value }),
    ],
  },
  sinusoids: {
    length: ['countFrom0', (value: never) => operation('sinusoids', value, 2)],
    width: ['countFrom0', (value: never) => operation('sinusoids', 2, value)],
  },
  scatterAdd: {
    size: [
      'countFrom0',
      (value: never) => operation('scatterAdd', tensor([0], 'int32'), tensor([1]), 0, value),
    ],
  },
  window: {
    sizes: [
      'size',
      (value: never) => operation('window', tensor([1, 2]), { sizes: [value], strides: [1], dilations: [1] }),
    ],
  },
  windowSum: {
    sizes: [
      'size',
      (value: never) =>
        operation('windowSum', tensor([[1], [2]]), {
          sizes: [value],
          strides: [1],
          dilations: [1],
          shape: [2],
        }),
    ],
  },
  pad: { low: ['size', (value: never) => operation('pad', tensor([1]), { low: [value], high: [1] })] },
};

/** Functions that take trees, tensors, layers or functions, and no option that has bounds. */
const without = new Set(
  [
    'bestSoFar',
    'ParalensError absoluteError accuracy addTrees andThen asLens associate averageOf backward batched binaryCrossEntropy',
    'buffered bufferless chain compile compileChecked compose composeLenses concatenate copy cosineDistance differentiable',
    'differentiate elementwiseUpdate evaluate evaluation f1 fanOut flatten partition force forward freeze gelu geluTanh',
    'globalAveragePooling globalMaxPooling glorot glu gradient hardSigmoid hardSwish hardTanh he hessianVectorProduct',
    'hinge identity identityLens interpret isomorphism klDivergence layersOf leafPaths learner leaves',
    'leftUnit lensMonoid lift located logCosh logSigmoid logSoftmax sigmoid loss mapTree maskedRecurrent',
    'maskedRecurrentSequence meanAbsoluteError meanOf meanSquaredError mish named para parallel parallelLenses',
    'parameterPaths partOf placeholder precision print printProgram projectFirst projectSecond pullback pushforward',
    'rSquared ratesOf recall recurrentSequence reinitialize rematerialize relu relu6 reparametrization reparametrize replacePart',
    'residual rightUnit scalar runningScore selu sequential silu simplify sinusoidalPositions sizeOf softmax',
    'softplus softsign squaredError squaredHinge stateless summary swap tanh tensor trace traceTensors train unassociate',
    'unflatten valueAndGradient vmap weighted widen withPullback zeros zerosLike zipTrees',
    // of operations: tensors and axes
    'abs add and cast check concat contract cos cumsum divide equal erf exp expandDims expm1 floor fullLike',
    'greater greaterOrEqual less lessOrEqual log log1p matmul maximum minimum moments multiply negate not',
    'notEqual or power reciprocal reverse rotary select sign sin slice sqrt square squeeze stack stopGradient',
    'subtract take transpose unstack',
  ].flatMap((line) => line.split(' ')),
);

test('every exported function is in the table, or takes no option that has bounds', () => {
  const known = (name: string): boolean => name in taken || name in functions || without.has(name);
  expect([all, operations].flatMap(names).filter((name) => !known(name))).toEqual([]);
});

refuses(taken, functions);
