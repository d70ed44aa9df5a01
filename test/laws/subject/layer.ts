/** Every layer and loss that the library exports, and composites of them, with random sizes. */
import * as paralens from 'paralens';
import { concatenate } from 'paralens/lens';
import type { ConvolutionOptions, PoolingOptions } from 'paralens/operation';
import { type Sampler } from 'paralens/laws';
import { type Subject, subjectOfLens, subjectOfPara } from 'paralens/laws/kit';
import { drawConvolution, drawPooling } from './window.js';

type DrawSubject = (sampler: Sampler) => Subject;
type Shape = paralens.Shape;
type Tensor = paralens.Tensor;

/** A shape with rows and at least one column. */
const rows = ({ shape, integer }: Sampler): Shape => [...shape(integer(0, 2)).slice(0, 2), integer(1, 5)];

const activation =
  (name: string, layer: () => paralens.Para<readonly [], Tensor, Tensor>): DrawSubject =>
  (sampler) =>
    subjectOfPara(name, layer(), { input: { shape: rows(sampler), low: -4, high: 4 } });

/** A layer whose types are more than is drawn. */
const general = (name: string, layer: unknown, shape: Shape): Subject =>
  subjectOfPara(name, layer as paralens.Para<paralens.Parameters, Tensor, unknown>, { input: { shape } });

const convolution =
  (
    name: string,
    axes: number,
    layer: (
      inputs: number,
      outputs: number,
      size: never,
      options: ConvolutionOptions & { readonly bias?: false },
    ) => unknown,
  ): DrawSubject =>
  (sampler) => {
    const { x, kernel, options } = drawConvolution(sampler, axes);
    const [inputs, outputs] = [x.at(-1) ?? 1, kernel.at(-1) ?? 1];
    const size = axes === 1 ? kernel[0] : kernel.slice(0, axes);
    const bias = sampler.pick([{}, { bias: false }] as const);
    return general(name, layer(inputs, outputs, size as never, { ...options, ...bias }), x);
  };

const pooling =
  (name: string, axes: number, layer: (size: never, options: PoolingOptions) => unknown): DrawSubject =>
  (sampler) => {
    const { x, size, options } = drawPooling(sampler, axes);
    return general(name, layer((axes === 1 ? size[0] : size) as never, options), x);
  };

type RowsCell = typeof paralens.simpleCell | typeof paralens.gruCell;

/** A cell whose state is one tensor. */
const cell = (name: string, { integer }: Sampler, made: RowsCell): Subject => {
  const [batch, inputs, units] = [integer(1, 3), integer(1, 3), integer(1, 2)];
  const layer = made(inputs, units);
  return subjectOfPara(name, layer, {
    input: [{ shape: [batch, units] }, { shape: [batch, inputs] }] as const,
  });
};

type MaskedSequence = readonly [
  paralens.Tensor<readonly [number, number, number]>,
  paralens.Tensor<readonly [number, number], 'bool'>,
];

/** A cell over sequences of which some end early. */
const maskedOverTime = <B>(
  name: string,
  { integer, pick }: Sampler,
  made: (
    cell: ReturnType<typeof paralens.gruCell<number, 2>>,
    options: paralens.RecurrentOptions,
  ) => paralens.Para<paralens.Parameters, MaskedSequence, B>,
): Subject => {
  const [batch, time, inputs] = [integer(1, 2), integer(1, 3), integer(1, 2)];
  return subjectOfPara(name, made(paralens.gruCell(inputs, 2), { scan: pick([true, false]) }), {
    input: [{ shape: [batch, time, inputs] }, { shape: [batch, time], dtype: 'bool' }] as const,
  });
};

/** An activation whose second derivative jumps at 0: there finite differences are off by as much as they step. */
const bentAtZero =
  (name: string, layer: () => paralens.Para<readonly [], Tensor, Tensor>): DrawSubject =>
  (sampler) => {
    const [low, high] = sampler.pick([
      [-4, -0.25],
      [0.25, 4],
    ]);
    return subjectOfPara(name, layer(), { input: { shape: rows(sampler), low, high } });
  };

export const layerSubjects: { readonly [name: string]: DrawSubject } = {
  dense: ({ integer, pick, shape }) => {
    const [inputs, outputs, lead] = [integer(1, 5), integer(1, 5), shape(integer(0, 2))];
    const options = pick([{}, { bias: false }] as const);
    const layer = paralens.dense<number, number, Shape, paralens.Bias>(inputs, outputs, options);
    const x: Shape = [...lead, inputs];
    return subjectOfPara<paralens.Parameters, Tensor, Tensor, readonly []>('dense', layer, {
      input: { shape: x },
    });
  },
  relu: activation('relu', paralens.relu<Shape>),
  tanh: activation('tanh', paralens.tanh<Shape>),
  sigmoid: activation('sigmoid', paralens.sigmoid<Shape>),
  softplus: activation('softplus', paralens.softplus<Shape>),
  gelu: activation('gelu', paralens.gelu<Shape>),
  geluTanh: activation('geluTanh', paralens.geluTanh<Shape>),
  silu: activation('silu', paralens.silu<Shape>),
  mish: activation('mish', paralens.mish<Shape>),
  elu: bentAtZero('elu', () => paralens.elu<Shape>(0.5)),
  celu: bentAtZero('celu', () => paralens.celu<Shape>(0.5)),
  selu: bentAtZero('selu', paralens.selu<Shape>),
  softsign: bentAtZero('softsign', paralens.softsign<Shape>),
  leakyRelu: activation('leakyRelu', () => paralens.leakyRelu<Shape>(0.2)),
  relu6: activation('relu6', paralens.relu6<Shape>),
  hardTanh: activation('hardTanh', paralens.hardTanh<Shape>),
  hardSigmoid: activation('hardSigmoid', paralens.hardSigmoid<Shape>),
  hardSwish: activation('hardSwish', paralens.hardSwish<Shape>),
  logSigmoid: activation('logSigmoid', paralens.logSigmoid<Shape>),
  softmax: activation('softmax', paralens.softmax<Shape>),
  logSoftmax: activation('logSoftmax', paralens.logSoftmax<Shape>),
  glu: ({ integer, shape }) =>
    subjectOfPara<readonly [], Tensor, Tensor, readonly []>('glu', paralens.glu<Shape>(), {
      input: { shape: [...shape(integer(0, 2)), 2 * integer(1, 3)] },
    }),
  convolution1d: convolution('convolution1d', 1, paralens.convolution1d),
  convolution2d: convolution('convolution2d', 2, paralens.convolution2d),
  transposedConvolution1d: convolution('transposedConvolution1d', 1, paralens.transposedConvolution1d),
  transposedConvolution2d: convolution('transposedConvolution2d', 2, paralens.transposedConvolution2d),
  maxPooling1d: pooling('maxPooling1d', 1, paralens.maxPooling1d),
  maxPooling2d: pooling('maxPooling2d', 2, paralens.maxPooling2d),
  averagePooling1d: pooling('averagePooling1d', 1, paralens.averagePooling1d),
  averagePooling2d: pooling('averagePooling2d', 2, paralens.averagePooling2d),
  globalMaxPooling: ({ integer }) =>
    general('globalMaxPooling', paralens.globalMaxPooling(), [
      integer(0, 2),
      integer(1, 3),
      integer(1, 3),
      2,
    ]),
  globalAveragePooling: ({ integer }) =>
    general('globalAveragePooling', paralens.globalAveragePooling(), [integer(0, 2), integer(1, 4), 3]),
  flatten: ({ shape, integer }) =>
    general('flatten', paralens.flatten(), [integer(0, 3), ...shape(integer(0, 2))]),
  reshape: ({ integer }) => {
    const [a, b] = [integer(1, 3), integer(1, 3)];
    return general('reshape', paralens.reshape([b, a]), [integer(0, 3), a, b]);
  },
  batchNormalization: ({ integer }) => {
    const channels = integer(1, 3);
    const layer = paralens.batchNormalization(channels, { epsilon: 0.1 });
    return general('batchNormalization', layer, [integer(2, 4), integer(1, 2), channels]);
  },
  layerNormalization: ({ integer, shape }) => {
    const size = integer(1, 5);
    const layer = paralens.layerNormalization(size, { epsilon: 0.1 });
    return general('layerNormalization', layer, [...shape(integer(0, 2)), size]);
  },
  groupNormalization: ({ integer }) => {
    const [groups, size] = [integer(1, 3), integer(1, 2)];
    const layer = paralens.groupNormalization(groups, groups * size, { epsilon: 0.1 });
    return general('groupNormalization', layer, [integer(1, 3), integer(1, 3), groups * size]);
  },
  rmsNormalization: ({ integer, shape }) => {
    const size = integer(1, 5);
    const layer = paralens.rmsNormalization(size, { epsilon: 0.1 });
    return general('rmsNormalization', layer, [...shape(integer(0, 2)), size]);
  },
  dropout: (sampler) => general('dropout', paralens.dropout(sampler.pick([0, 0.25, 0.5])), rows(sampler)),
  embedding: ({ integer, shape }) => {
    const [words, width] = [integer(1, 4), integer(1, 3)];
    return subjectOfPara('embedding', paralens.embedding<number, number, Shape>(words, width), {
      input: { shape: shape(integer(0, 2)), dtype: 'int32', low: 0, high: words - 1 },
    });
  },
  selfAttention: ({ integer, pick }) => {
    const [heads, size] = [integer(1, 2), 2 * integer(1, 2)];
    const options = {
      causal: pick([true, false]),
      rotary: pick([true, false]),
      ...pick([{}, { bias: false }] as const),
    };
    const layer = paralens.selfAttention(heads * size, heads, options);
    return general('selfAttention', layer, [integer(1, 2), integer(1, 4), heads * size]);
  },
  maskedSelfAttention: ({ integer }) => {
    const [batch, time, heads, size] = [integer(1, 2), integer(1, 3), integer(1, 2), integer(1, 2)];
    const layer = paralens.maskedSelfAttention<number, number, number>(heads * size, heads);
    return subjectOfPara('maskedSelfAttention', layer, {
      input: [{ shape: [batch, time, heads * size] }, { shape: [batch, time], dtype: 'bool' }] as const,
    });
  },
  crossAttention: ({ integer }) => {
    const [batch, heads, size] = [integer(1, 2), integer(1, 2), integer(1, 2)];
    const layer = paralens.crossAttention<number, number, number, number>(heads * size, heads);
    const sequence = (time: number) => ({ shape: [batch, time, heads * size] }) as const;
    return subjectOfPara('crossAttention', layer, {
      input: [sequence(integer(1, 3)), sequence(integer(1, 3))] as const,
    });
  },
  maskedCrossAttention: ({ integer }) => {
    const [batch, heads, size, other] = [integer(1, 2), integer(1, 2), integer(1, 2), integer(1, 3)];
    const layer = paralens.maskedCrossAttention<number, number, number, number>(heads * size, heads);
    const sequence = (time: number) => ({ shape: [batch, time, heads * size] }) as const;
    return subjectOfPara('maskedCrossAttention', layer, {
      input: [sequence(integer(1, 3)), sequence(other), { shape: [batch, other], dtype: 'bool' }] as const,
    });
  },
  learnedPositions: ({ integer }) =>
    general('learnedPositions', paralens.learnedPositions(4, 3), [integer(0, 2), integer(0, 4), 3]),
  sinusoidalPositions: ({ integer }) =>
    general('sinusoidalPositions', paralens.sinusoidalPositions(), [integer(0, 2), integer(0, 4), 4]),
  transformerBlock: ({ integer }) =>
    general(
      'transformerBlock',
      paralens.transformerBlock({ width: 4, heads: 2, hidden: 3, causal: true, dropout: 0.25 }),
      [1, integer(1, 3), 4],
    ),
  maskedTransformerBlock: ({ integer, pick }) => {
    const options = { width: 4, heads: 2, hidden: 3, causal: pick([true, false]), dropout: 0.25 } as const;
    const time = integer(1, 3);
    return subjectOfPara(
      'maskedTransformerBlock',
      paralens.maskedTransformerBlock<4, number, number>(options),
      {
        input: [{ shape: [2, time, 4] }, { shape: [2, time], dtype: 'bool' }] as const,
      },
    );
  },
  simpleCell: (sampler) => cell('simpleCell', sampler, paralens.simpleCell),
  gruCell: (sampler) => cell('gruCell', sampler, paralens.gruCell),
  lstmCell: ({ integer }) => {
    const [batch, inputs, units] = [integer(1, 3), integer(1, 3), integer(1, 2)];
    const state = { shape: [batch, units] } as const;
    return subjectOfPara('lstmCell', paralens.lstmCell(inputs, units), {
      input: [{ hidden: state, memory: state }, { shape: [batch, inputs] }] as const,
    });
  },
  recurrent: ({ integer, pick }) => {
    const [inputs, units] = [integer(1, 2), integer(1, 2)];
    const made = pick([paralens.simpleCell(inputs, units), paralens.gruCell(inputs, units)]);
    const layer = paralens.recurrent(made, {
      reverse: pick([true, false]),
      scan: pick([true, false]),
    });
    return general('recurrent', layer, [integer(1, 2), integer(1, 3), inputs]);
  },
  recurrentSequence: ({ integer, pick }) => {
    const [inputs, units] = [integer(1, 2), integer(1, 2)];
    const layer = paralens.recurrentSequence(paralens.lstmCell(inputs, units), {
      reverse: pick([true, false]),
      scan: pick([true, false]),
    });
    return general('recurrentSequence', layer, [integer(1, 2), integer(1, 3), inputs]);
  },
  maskedRecurrent: (sampler) =>
    maskedOverTime('maskedRecurrent', sampler, (each, options) => paralens.maskedRecurrent(each, options)),
  maskedRecurrentSequence: (sampler) =>
    maskedOverTime('maskedRecurrentSequence', sampler, (each, options) =>
      paralens.maskedRecurrentSequence(each, options),
    ),
  prelu: ({ integer, shape }) => {
    const channels = integer(1, 4);
    return subjectOfPara<paralens.Parameters, Tensor, Tensor, readonly []>(
      'prelu',
      paralens.prelu<number, Shape>(channels),
      { input: { shape: [...shape(integer(0, 2)), channels], low: -4, high: 4 } },
    );
  },
};

export const compositeSubjects: { readonly [name: string]: DrawSubject } = {
  sequential: ({ integer }) => {
    const [batch, inputs, hidden, outputs] = [integer(1, 4), integer(1, 5), integer(1, 5), integer(1, 4)];
    const model = paralens.sequential(
      paralens.dense(inputs, hidden),
      paralens.tanh(),
      paralens.named('head', paralens.sequential(paralens.dense(hidden, outputs), paralens.softplus())),
    );
    return subjectOfPara('sequential', model, { input: { shape: [batch, inputs] } });
  },
  share: ({ integer }) => {
    const [batch, size] = [integer(1, 4), integer(1, 5)];
    const twice = paralens.share(paralens.compose(paralens.dense(size, size), paralens.dense(size, size)));
    return subjectOfPara('share', twice, { input: { shape: [batch, size] } });
  },
  residual: ({ integer }) => {
    const [batch, size] = [integer(1, 4), integer(1, 5)];
    const around = paralens.residual(paralens.compose(paralens.dense(size, size), paralens.tanh()));
    return general('residual', around, [batch, size]);
  },
  concatenate: ({ integer }) => {
    const [batch, size] = [integer(1, 4), integer(1, 5)];
    const joined = concatenate(
      paralens.dense(size, integer(1, 3)),
      paralens.compose(paralens.dense(size, 2), paralens.softplus()),
    );
    return general('concatenate', joined, [batch, size]);
  },
  rematerialize: ({ integer }) => {
    const size = integer(1, 3);
    const model = paralens.rematerialize(
      paralens.sequential(paralens.dense(size, 3), paralens.tanh(), paralens.dropout(0.5)),
    );
    return general('rematerialize', model, [integer(1, 3), size]);
  },
  evaluation: ({ integer }) => {
    const size = integer(1, 3);
    const model = paralens.sequential(
      paralens.dense(size, 3),
      paralens.batchNormalization(3),
      paralens.dropout(0.5),
    );
    return general('evaluation', paralens.evaluation(model, ...model.buffers.init(paralens.key(1))), [
      integer(1, 3),
      size,
    ]);
  },
  fanOut: ({ integer }) => {
    const [batch, size] = [integer(1, 4), integer(1, 5)];
    const both = paralens.fanOut(
      paralens.dense(size, 2),
      paralens.compose(paralens.dense(size, 3), paralens.gelu()),
    );
    return subjectOfPara('fanOut', both, { input: { shape: [batch, size] } });
  },
};

type PairLoss = paralens.Loss<Tensor, Tensor>;

/** A loss of predictions and targets of one shape. */
const pairLoss =
  (name: string, loss: PairLoss, [low, high]: readonly [number, number] = [-2, 2]): DrawSubject =>
  ({ integer }) => {
    const shape: Shape = [integer(1, 4), integer(1, 4)];
    return subjectOfLens<readonly [Tensor, Tensor], paralens.Tensor<paralens.Scalar>>(name, loss, [
      { shape, low: -2, high: 2 },
      { shape, low, high },
    ]);
  };

export const lossSubjects: { readonly [name: string]: DrawSubject } = {
  meanAbsoluteError: pairLoss('meanAbsoluteError', paralens.meanAbsoluteError<Shape>()),
  huber: pairLoss('huber', paralens.huber<Shape>(0.75)),
  logCosh: pairLoss('logCosh', paralens.logCosh<Shape>()),
  hinge: pairLoss('hinge', paralens.hinge<Shape>()),
  squaredHinge: pairLoss('squaredHinge', paralens.squaredHinge<Shape>()),
  cosineDistance: pairLoss('cosineDistance', paralens.cosineDistance<Shape>()),
  klDivergence: pairLoss('klDivergence', paralens.klDivergence<Shape>(), [0.01, 1]),
  weighted: ({ integer }) => {
    const shape: Shape = [integer(1, 4), integer(1, 3)];
    type Target = paralens.Weighted<Tensor>;
    return subjectOfLens<readonly [Tensor, Target], paralens.Tensor<paralens.Scalar>>(
      'weighted',
      paralens.weighted(paralens.meanSquaredError<Shape>()),
      [
        { shape, low: -2, high: 2 },
        { target: { shape, low: -2, high: 2 }, weight: { shape: [shape[0] ?? 1], low: 0.25, high: 2 } },
      ],
    );
  },
  meanSquaredError: ({ integer, shape }) => {
    const drawn: Shape = [...shape(integer(0, 1)).map((size) => Math.max(1, size)), integer(1, 4)];
    return subjectOfLens<readonly [Tensor, Tensor], paralens.Tensor<paralens.Scalar>>(
      'meanSquaredError',
      paralens.meanSquaredError<Shape>(),
      [
        { shape: drawn, low: -2, high: 2 },
        { shape: drawn, low: -2, high: 2 },
      ],
    );
  },
  binaryCrossEntropy: ({ integer }) => {
    const drawn: Shape = [integer(1, 4), integer(1, 3)];
    return subjectOfLens<readonly [Tensor, Tensor], paralens.Tensor<paralens.Scalar>>(
      'binaryCrossEntropy',
      paralens.binaryCrossEntropy<Shape>(),
      [
        { shape: drawn, low: -4, high: 4 },
        { shape: drawn, low: 0, high: 1 },
      ],
    );
  },
  softmaxCrossEntropy: ({ integer }) => {
    const drawn: Shape = [integer(1, 4), integer(1, 5)];
    return subjectOfLens<readonly [Tensor, Tensor], paralens.Tensor<paralens.Scalar>>(
      'softmaxCrossEntropy',
      paralens.softmaxCrossEntropy<Shape>(),
      [
        { shape: drawn, low: -4, high: 4 },
        { shape: drawn, low: 0.01, high: 1 },
      ],
    );
  },
  sparseSoftmaxCrossEntropy: ({ integer }) => {
    const [batch, classes] = [integer(1, 4), integer(1, 5)];
    return subjectOfLens(
      'sparseSoftmaxCrossEntropy',
      paralens.sparseSoftmaxCrossEntropy<readonly [number]>(),
      [
        { shape: [batch, classes], low: -4, high: 4 },
        { shape: [batch], dtype: 'int32', low: 0, high: classes - 1 },
      ] as const,
    );
  },
};
