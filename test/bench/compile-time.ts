/** What tracing, differentiating and compiling a training step takes, by depth: dense layers of width 32. */
import {
  type Backend,
  compose,
  dense,
  key,
  learner,
  meanSquaredError,
  type Para,
  type Parameters,
  relu,
  sgd,
  type Tensor,
} from 'paralens';
import { uniform } from 'paralens/operation';
import { type Figure, figureOf, median } from './measure.js';
import { compiledStep } from './training-step.js';

const WIDTH = 32;
type Rows = Tensor<readonly [number, number]>;
type Layer = Para<Parameters, Rows, Rows>;

const layer = (): Layer => compose(dense<number, number>(WIDTH, WIDTH), relu());

export const compileTime = (backend: Backend): readonly Figure[] =>
  [25, 50, 100].map((depth) => {
    const model = Array.from({ length: depth }, layer).reduce((f, g) => compose(f, g));
    const subject = learner({ model, loss: meanSquaredError(), update: sgd() });
    const batch = { input: uniform(key(2), [8, WIDTH]), target: uniform(key(3), [8, WIDTH]) };
    const ms = median(Array.from({ length: 5 }, () => compiledStep(backend, subject, batch).compileMs));
    return figureOf(`${depth} layers`, backend)('trace and compile', ms, 'ms');
  });
