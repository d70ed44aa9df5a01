/** What tracing, differentiating and compiling a training step takes: by depth, leaves, steps of time and of descent. */
import {
  adam,
  type AnyTensor,
  type Backend,
  compose,
  dense,
  differentiable,
  key,
  learner,
  meanSquaredError,
  type Para,
  type Parameters,
  relu,
  sgd,
  type Tensor,
} from 'paralens';
import { compileChecked, trace } from 'paralens/program';
import { add, full, gradient, matmul, multiply, subtract, sum, tanh, uniform } from 'paralens/operation';
import { type Figure, figureOf, median } from './measure.js';
import { compiledStep } from './training-step.js';

const WIDTH = 32;
type Rows = Tensor<readonly [number, number]>;
type Square = Tensor<readonly [8, 8]>;
type Layer = Para<Parameters, Rows, Rows>;

const layer = (): Layer => compose(dense<number, number>(WIDTH, WIDTH), relu());

/** The median of some runs; of one where it takes long. */
const layers = (backend: Backend, depth: number, runs: number): Figure => {
  const model = Array.from({ length: depth }, layer).reduce((f, g) => compose(f, g));
  const subject = learner({ model, loss: meanSquaredError(), update: sgd() });
  const batch = { input: uniform(key(2), [8, WIDTH]), target: uniform(key(3), [8, WIDTH]) };
  const ms = median(Array.from({ length: runs }, () => compiledStep(backend, subject, batch).compileMs));
  return figureOf(`${depth} layers`, backend)('trace and compile', ms, 'ms');
};

/** So many tensors of parameters, each of its own, with Adam. */
const leavesWithAdam = (backend: Backend, count: number): Figure => {
  const model = differentiable(
    () => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, full([4], 0.5)])),
    (p: Readonly<Record<string, Tensor<readonly [4]>>>, x: Rows): Rows =>
      add(
        x,
        Object.values(p)
          .map((each) => multiply(each, each))
          .reduce((total, each) => add(total, each)),
      ),
  );
  const subject = learner({ model, loss: meanSquaredError(), update: adam() });
  const batch = { input: uniform(key(2), [8, 4]), target: uniform(key(3), [8, 4]) };
  const { compileMs } = compiledStep(backend, subject, batch);
  return figureOf(`${count} leaves, Adam`, backend)('trace and compile', compileMs, 'ms');
};

/** The milliseconds that tracing and compiling a function of one square takes. */
const compiling = (backend: Backend, name: string, f: (x: Square) => AnyTensor): Figure => {
  const before = performance.now();
  const program = trace((x) => f(x as Square), [{ shape: [8, 8], dtype: 'float32' }]);
  compileChecked(backend, program).start([]);
  return figureOf(name, backend)('trace and compile', performance.now() - before, 'ms');
};

const repeated = <T>(times: number, f: (x: T) => T, x: T): T => {
  let now = x;
  for (let i = 0; i < times; i++) now = f(now);
  return now;
};

/** tanh(h·w + h), unrolled, with its gradient. */
const recurrence = (steps: number) => (w: Square) =>
  gradient((kernel: Square) =>
    sum(repeated(steps, (h: Square) => tanh(add(matmul(h, kernel), h)), full([8, 8], 0.1))),
  )(w);

const cubic = (x: Square): Square => multiply(x, multiply(x, x));
const descent = (x: Square): Square => subtract(x, multiply(0.01, cubic(x)));
const loss = (x: Square): Tensor<readonly []> => sum(tanh(cubic(x)));

/** The gradient through steps of descent, as in meta-learning. */
const through = (steps: number) => (x: Square) =>
  gradient((start: Square) =>
    loss(repeated(steps, (w: Square) => subtract(w, multiply(0.01, gradient(loss)(w))), start)),
  )(x);

export const compileTime = (backend: Backend): readonly Figure[] => [
  ...[25, 50, 100].map((depth) => layers(backend, depth, 5)),
  layers(backend, 1000, 1),
  ...[1000, 10_000].map((count) => leavesWithAdam(backend, count)),
  ...[500, 2000].map((steps) => compiling(backend, `${steps} unrolled steps`, recurrence(steps))),
  compiling(backend, '400 links x − c·x³', (x) => repeated(400, descent, x)),
  compiling(backend, 'gradient through 40 descents', through(40)),
];
