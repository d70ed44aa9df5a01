/** Training steps of larger models: a convolutional network, a transformer, a wide perceptron. */
import {
  adam,
  type Backend,
  convolution2d,
  dense,
  embedding,
  flatten,
  key,
  layerNormalization,
  learnedPositions,
  learner,
  maxPooling2d,
  relu,
  sequential,
  sgd,
  sparseSoftmaxCrossEntropy,
  tensor,
  transformerBlock,
  type Update,
} from 'paralens';
import { force } from 'paralens/program';
import { uniform } from 'paralens/operation';
import { type Figure, figureOf, median, timesOf } from './measure.js';
import { compiledStep, type Prepared } from './training-step.js';

const labels = (count: number, classes: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => i % classes);

/** Two convolutions 5×5 with relu and pooling, and a dense layer: 28×28 pixels, batch 128, SGD. */
export const convnet = (backend: Backend, batch = 128): Prepared => {
  const model = sequential(
    convolution2d(1, 8, 5, { padding: 'same' }),
    relu(),
    maxPooling2d(2),
    convolution2d(8, 16, 5, { padding: 'same' }),
    relu(),
    maxPooling2d(2),
    flatten(),
    dense(784, 10),
  );
  const subject = learner({ model, loss: sparseSoftmaxCrossEntropy(), update: sgd({ learningRate: 0.01 }) });
  const input = force(uniform(key(2), [batch, 28, 28, 1]));
  return compiledStep(backend, subject, { input, target: tensor(labels(batch, 10), 'int32') });
};

const WORDS = 64;
const TIME = 64;
const WIDTH = 128;

/** Four causal blocks of width 128 with four heads and GELU over 64 places of 64 words, batch 32. */
export const transformer = (backend: Backend, update: Update, batch = 32): Prepared => {
  const block = () => transformerBlock({ width: WIDTH, heads: 4, causal: true });
  const model = sequential(
    embedding(WORDS, WIDTH),
    learnedPositions(TIME, WIDTH),
    block(),
    block(),
    block(),
    block(),
    layerNormalization(WIDTH),
    dense(WIDTH, WORDS),
  );
  const subject = learner({ model, loss: sparseSoftmaxCrossEntropy<readonly [number, number]>(), update });
  const words = tensor(
    labels(batch * TIME, WORDS).map((each, i) => (each * 7 + i) % WORDS),
    [batch, TIME],
    'int32',
  );
  return compiledStep(backend, subject, { input: words, target: words });
};

/** Three layers of 1024 with relu and one of 10, batch 256, SGD. */
export const widePerceptron = (backend: Backend, batch = 256): Prepared => {
  const wide = () => sequential(dense(1024, 1024), relu());
  const model = sequential(wide(), wide(), wide(), dense(1024, 10));
  const subject = learner({ model, loss: sparseSoftmaxCrossEntropy(), update: sgd({ learningRate: 0.01 }) });
  const input = force(uniform(key(2), [batch, 1024]));
  return compiledStep(backend, subject, { input, target: tensor(labels(batch, 10), 'int32') });
};

const step = (name: string, backend: Backend, { machine, batch, compileMs }: Prepared): readonly Figure[] => {
  const figure = figureOf(name, backend);
  return [
    figure('step, median', median(timesOf(() => void machine.step(batch), 30, 5)), 'ms'),
    figure('trace and compile', compileMs, 'ms'),
  ];
};

/** A step of each model whose name contains this. */
export const modelSteps = (backend: Backend, only = ''): readonly Figure[] => {
  const prepare: Readonly<Record<string, () => Prepared>> = {
    'convnet step': () => convnet(backend),
    'transformer step, Adam': () => transformer(backend, adam()),
    'transformer step, SGD': () => transformer(backend, sgd()),
    'wide perceptron step': () => widePerceptron(backend),
  };
  return Object.entries(prepare).flatMap(([name, prepared]) =>
    name.includes(only) ? step(name, backend, prepared()) : [],
  );
};
