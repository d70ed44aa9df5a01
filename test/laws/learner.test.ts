/** The laws of learners and of training: of the library's own, on every backend. */
import {
  accuracy,
  adam,
  type Backend,
  type Batch,
  dense,
  evaluator,
  key,
  learner,
  type LearnerState,
  loss,
  meanSquaredError,
  momentum,
  named,
  rmsprop,
  sequential,
  sgd,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  tanh,
  type Tensor,
  tensor,
  train,
} from 'paralens';
import { nesterov, stepDecay } from 'paralens/update';
import { reference } from 'paralens/program';
import { abs, mean, multiply, subtract, sum } from 'paralens/operation';
import { check, checkLearner, every, type Sampler } from 'paralens/laws';
import {
  anyParts,
  apart,
  batchDrawer,
  bitwise,
  countOf,
  drawing,
  drawLattice,
  drawRun,
  gradientOf,
  joinedBatches,
  knownSteps,
  lossFalls,
  meanOfParts,
  metricsAreNeutral,
  normWise,
  onWholeNumbers,
  orderOfExamples,
  partsOf,
  productIsBoth,
  productOf,
  putIsPara,
  safeRate,
  type Trainer,
  trainingOf,
} from 'paralens/laws/kit';
import { startWith } from 'rxjs';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { drawnPoints, fitted, initialLine } from './subject/regression.js';
import { compiledBackends, everyBackend } from './subject/backends.js';

// What is tested is what users are told, who set no number of examples.
beforeEach(() => vi.stubEnv('PARALENS_LAWS_TIMES', undefined));

const options = {
  model: sequential(dense(2, 3), tanh(), dense(3, 1)),
  loss: meanSquaredError<readonly [number, 1]>(),
  update: adam({ learningRate: 0.1 }),
};
const bare = learner(options);
const measured = learner({ ...options, metrics: { size: (prediction) => mean(abs(prediction)) } });
const regressionBatch = { input: { shape: [3, 2] }, target: { shape: [3, 1] } } as const;
const drawBatch =
  batchDrawer<Batch<Tensor<readonly [number, 2]>, Tensor<readonly [number, 1]>>>(regressionBatch);

const other = {
  model: sequential(named('only', dense(3, 2))),
  loss: softmaxCrossEntropy<readonly [number, 2]>(),
  update: options.update,
};

describe.each(compiledBackends)('train of the library’s learners on $name, threads: $threads', (backend) => {
  const backends = [backend];

  test('regression, with metrics', () => {
    checkLearner(measured, regressionBatch, { name: 'regression', backends, runs: 3 });
  });

  test('classes as labels', () => {
    const classes = learner({
      model: dense(3, 4),
      loss: sparseSoftmaxCrossEntropy(),
      update: nesterov({ learningRate: stepDecay({ rate: 0.5, factor: 0.5, steps: 2 }), momentum: 0.75 }),
      metrics: { accuracy },
    });
    checkLearner(
      classes,
      { input: { shape: [2, 3] }, target: { shape: [2], dtype: 'int32', high: 3 } },
      { name: 'labels', backends, runs: 2 },
    );
  });

  test('classes as probabilities', () => {
    const classes = learner({ ...other, update: rmsprop({ learningRate: 0.125 }) });
    checkLearner(
      classes,
      { input: { shape: [2, 3] }, target: { shape: [2, 2], low: 0 } },
      { name: 'probabilities', backends, runs: 2 },
    );
  });
});

describe('faults of a learner are named', () => {
  type Column1 = Tensor<readonly [number, 1]>;
  type Trained = ReturnType<typeof bare.init>;
  type LineTrainer = Trainer<Trained, Tensor<readonly [number, 2]>, Column1>;
  const failing = (own: typeof bare, trainer?: LineTrainer) => () => {
    checkLearner(own, regressionBatch, { name: 'mine', backends: [reference()], trainer });
  };

  test('a loss that is a sum', () => {
    const squares = loss((y: Column1, t: Column1) => sum(multiply(subtract(y, t), subtract(y, t))));
    expect(failing(learner({ ...options, loss: squares }))).toThrow(
      /^F-10 mine \(reference float64\): a batch of \d+ is not the mean of its parts of 3(, 3)+ at loss\[0\], got/,
    );
  });

  test('training that emits its first state', () => {
    const early: LineTrainer = (given) => (source) =>
      source.pipe(train(bare, given), startWith({ step: 0, loss: 0, metrics: {}, state: bare.init(key(0)) }));
    expect(failing(bare, early)).toThrow(
      /^F-2 mine \(reference\): a stream without batches does not simply end at emitted, got array of 1, expected array of 0\n {2}checking mine, example \d+ of \d+/,
    );
  });
});

const runs = drawing((sampler) => drawRun(sampler, bare, drawBatch));

describe.each(everyBackend)('train on $name, threads: $threads', (backend: Backend) => {
  const training = trainingOf('regression', bare, backend);

  test('F-8 metrics do not change training', () => {
    const watching = trainingOf('regression with metrics', measured, backend);
    check('F-8', runs, ({ initial, batches }) => metricsAreNeutral(watching, training, initial, batches), {
      runs: 5,
    });
  });

  test('F-9 two learners side by side, and alternating', () => {
    const second = learner(other);
    const drawOther = batchDrawer<Batch<Tensor<readonly [number, 3]>, Tensor<readonly [number, 2]>>>({
      input: { shape: [2, 3] },
      target: { shape: [2, 2], low: 0 },
    });
    const product = trainingOf('product', learner(productOf(partsOf(options), partsOf(other))), backend);
    const alone = trainingOf('the other', second, backend);
    const both = drawing((sampler) => ({
      one: drawRun(sampler, bare, drawBatch),
      two: drawRun(sampler, second, drawOther),
    }));
    check(
      'F-9',
      both,
      ({ one, two }) => {
        // Both begin at their first step: they have one clock.
        const sides = [
          { training, initial: bare.init(one.key), batches: one.batches },
          { training: alone, initial: second.init(two.key), batches: two.batches },
        ] as const;
        return every([() => productIsBoth(product, ...sides), () => apart(...sides)]);
      },
      { runs: 5 },
    );
  });

  test('F-10, F-12 of whole numbers a batch is exactly the mean of its parts, in any order', () => {
    const linear = learner({ model: dense(3, 2), loss: meanSquaredError(), update: sgd() });
    type Line2 = Batch<Tensor<readonly [number, 3]>, Tensor<readonly [number, 2]>>;
    const whole = (sampler: Sampler, shape: readonly [number, number]) =>
      tensor(drawLattice(sampler, { shape, dtype: 'float32', low: -4, high: 4 }), shape);
    const example = drawing((sampler) => {
      const count = 2 ** sampler.integer(0, 2);
      const batch = (): Line2 => ({
        input: whole(sampler, [count, 3]) as Line2['input'],
        target: whole(sampler, [count, 2]) as Line2['target'],
      });
      const parts = Array.from({ length: 2 ** sampler.integer(0, 2) }, batch);
      const record = { kernel: whole(sampler, [3, 2]), bias: tensor([1, -2]) };
      return { parts, parameters: [record] as unknown };
    });
    check('F-10', example, ({ parts, parameters }) => {
      const [first, ...rest] = parts;
      if (first === undefined) throw new Error('no parts');
      const state = {
        ...linear.init(key(0)),
        parameters: parameters as LearnerState<ReturnType<typeof linear.init>['parameters']>['parameters'],
      };
      const gradient = gradientOf('linear', linear, state, backend);
      const together = joinedBatches([first, ...rest]);
      const backwards = Array.from({ length: countOf(together) }, (_each, i) => i).toReversed();
      return every([
        () => meanOfParts(gradient, [first, ...rest], onWholeNumbers(backend)),
        () => orderOfExamples(gradient, together, backwards, onWholeNumbers(backend)),
      ]);
    });
  });

  test('F-10 a mean over a data set, in parts of any size', () => {
    const dataset = drawing((sampler) => {
      const count = sampler.integer(1, 11);
      const draw = batchDrawer<Batch<Tensor<readonly [number, 2]>, Tensor<readonly [number, 1]>>>({
        input: { shape: [count, 2] },
        target: { shape: [count, 1] },
      });
      return { dataset: draw(sampler), state: bare.init(key(sampler.integer(0, 2 ** 30))) };
    });
    check(
      'F-10',
      dataset,
      (example) =>
        anyParts(
          {
            name: `evaluator (${backend.name})`,
            of: (set, size) => {
              const { loss: own, metrics } = evaluator(measured, set, { backend, size })(example.state);
              return { loss: own, ...metrics };
            },
          },
          example.dataset,
          [1, 2, 3, 1000],
        ),
      { runs: 8 },
    );
  });

  test('F-16 a step is update, model and loss forward and back; steps compose', () => {
    for (const [name, update] of Object.entries({
      adam: adam(),
      momentum: momentum(),
      nesterov: nesterov(),
    })) {
      const parts = { ...options, update };
      const own = learner(parts);
      const trained = trainingOf(name, own, backend);
      check(
        'F-16',
        drawing((sampler) => drawRun(sampler, own, drawBatch)),
        ({ initial, batches }) => putIsPara(trained, partsOf(parts), initial, batches),
        { runs: 4 },
      );
    }
  });
});

describe('F-15 linear regression', () => {
  const line = (rate: number) =>
    learner({
      model: dense<2, 1>(2, 1),
      loss: meanSquaredError<readonly [number, 1]>(),
      update: sgd({ learningRate: rate }),
    });

  test('each step in float64 as the formula says, and the loss falls', () => {
    const backend = reference({ precision: 'float64' });
    check('F-15', drawnPoints('any'), (points) => {
      const rate = safeRate(points);
      const told = fitted(line(rate), points, { steps: 5, backend });
      const near = normWise({ rtol: 1e-12, atol: 1e-14 });
      return every([
        () => knownSteps('dense', { ...points, rate }, initialLine, told, near),
        () =>
          lossFalls(
            'dense',
            told.map(({ loss }) => loss),
          ),
      ]);
    });
  });

  test.each(everyBackend.map((backend) => [backend.name, backend] as const))(
    'two steps of whole numbers exactly, on %s',
    (_, backend) => {
      const rate = 2 ** -4;
      const own = line(rate);
      check('F-15', drawnPoints('whole'), (points) =>
        knownSteps(
          'dense',
          { ...points, rate },
          initialLine,
          fitted(own, points, { steps: 2, backend }),
          bitwise,
        ),
      );
    },
  );
});
