/** Learners with planted bugs: their losses, their parts, their metrics, and what is beside them. */
import {
  type Backend,
  batches,
  compile,
  dense,
  evaluate,
  evaluator,
  key,
  type Learner,
  learner,
  loss,
  sequential,
  sgd,
  type Tensor,
  tensor,
} from 'paralens';
import { nesterov } from 'paralens/update';
import { reference } from 'paralens/program';
import { add, mean, multiply, reshape, subtract, sum } from 'paralens/operation';
import { type Law } from 'paralens/laws';
import {
  anyParts,
  apart,
  batchDrawer,
  brokenLaws,
  drawing,
  drawRun,
  knownSteps,
  learnerLaws,
  lossFalls,
  metricsAreNeutral,
  normWise,
  partsOf,
  productIsBoth,
  productOf,
  putIsPara,
  type Run,
  safeRate,
  trainingOf,
} from 'paralens/laws/kit';
import { map } from 'rxjs';
import { drawnPoints, fitted, initialLine, type Points } from '../subject/regression.js';
import { lawsToAsk, type Suspect } from './suspect.js';
import {
  type Column,
  type ColumnBatch,
  drawColumns,
  line,
  type LineParameters,
  lineParts,
  lineRuns,
  type LineState,
  type LineTrainer,
} from './training.js';

const backend: Backend = reference();
const double = reference({ precision: 'float64' });
type LineLearner = Learner<LineState, Column, Column, Column>;
type LineRun = Run<LineState, ColumnBatch>;

const of = (name: string, killedBy: readonly string[], laws: () => readonly Law<LineRun>[]): Suspect => ({
  name,
  killedBy,
  breaks: () => brokenLaws(lineRuns, lawsToAsk(killedBy, laws()), { runs: 5 }),
});

/** A learner with a loss of its own, or with a model. */
const withParts = (name: string, killedBy: readonly string[], own: LineLearner): Suspect =>
  of(`learner: ${name}`, killedBy, () => learnerLaws(own, { backends: [backend] }));

const difference = (y: Column, t: Column): Column => {
  const d = subtract(y, t);
  return multiply(d, d);
};

/** 1 and −1 by turns, down a column. */
const alternating = (like: Column): Column => {
  const [count] = like.shape;
  const rows = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1.5 : 0.5));
  return tensor(Float32Array.from(rows), [count, 1]);
};

/** w′ = w − η·2/n·xᵀ(xw + b − t), b′ = b − η·2/n·Σ(xw + b − t) */
const byHand: LineLearner = {
  ...line,
  step: (state, batch) => {
    const [{ kernel, bias }] = state.parameters;
    const { input, target } = batch;
    const r = subtract(line.predict(state, input), target);
    const rate = 0.125 * (2 / target.shape[0]);
    const moved = <T extends Tensor>(p: T, slope: Tensor): T =>
      subtract(p, multiply(reshape(slope, p.shape), rate)) as T;
    const next = { kernel: moved(kernel, sum(multiply(r, input))), bias: moved(bias, sum(r)) };
    return [{ ...state, parameters: [next] }, line.evaluate(state, batch)];
  },
};

const losses: readonly Suspect[] = [
  withParts('the library’s', [], line),
  withParts('sound, a step by hand', [], byHand),
  withParts('the loss is a sum', ['F-10'], learner({ ...lineParts, loss: loss((y: Column, t: Column) => sum(difference(y, t))) })), // prettier-ignore
  withParts(
    'examples are weighed by their place',
    ['F-12'],
    learner({
      ...lineParts,
      loss: loss((y: Column, t: Column) => mean(multiply(difference(y, t), alternating(t)))),
    }),
  ),
  withParts(
    'examples look at each other',
    ['F-10'],
    learner({
      ...lineParts,
      loss: loss((y: Column, t: Column) => mean(difference(subtract(y, mean(y)), t))),
    }),
  ),
];

/** A learner whose gradient is taken where the parameters are, and not where the update wants it. */
const aheadParts = { ...lineParts, update: nesterov({ learningRate: 0.125, momentum: 0.5 }) };
const behind: LineLearner = {
  ...learner(aheadParts),
  step: (state, batch) => {
    const [, move] = aheadParts.update.lens<LineParameters>().run([state.optimizer, state.parameters]);
    // The step of plain descent with rate 1 gives the gradient as what it takes away.
    const plain = learner({ ...lineParts, update: sgd({ learningRate: 1 }) });
    const [
      {
        parameters: [next],
      },
      report,
    ] = plain.step(state, batch);
    const [{ kernel, bias }] = state.parameters;
    const [optimizer, parameters] = move([
      { kernel: subtract(kernel, next.kernel), bias: subtract(bias, next.bias) },
    ]);
    return [{ ...state, parameters, optimizer }, report];
  },
};

const composites: readonly Suspect[] = (
  [
    ['sound', [], learner(aheadParts)],
    ['the gradient is taken behind', ['F-16'], behind],
  ] as const
).map(([name, killedBy, own]) =>
  of(`nesterov: ${name}`, killedBy, () => [
    ({ initial, batches: all }) =>
      putIsPara(trainingOf('nesterov', own, backend), partsOf(aheadParts), initial, all),
  ]),
);

/** A metric that is counted into the loss. */
const counted = learner({
  ...lineParts,
  loss: loss((y: Column, t: Column) => add(mean(difference(y, t)), multiply(mean(y), 0.25))),
});

const metrics: readonly Suspect[] = (
  [
    ['sound', [], learner({ ...lineParts, metrics: { size: (y) => mean(y) } })],
    ['one is counted into the loss', ['F-8'], counted],
  ] as const
).map(([name, killedBy, own]) =>
  of(`metrics: ${name}`, killedBy, () => {
    const [measured, bare] = [trainingOf('measured', own, backend), trainingOf('bare', line, backend)];
    return [({ initial, batches }) => metricsAreNeutral(measured, bare, initial, batches)];
  }),
);

let lastOfAll: LineState | undefined;
const stepped = compile(line.step, { backend });

/** Two learners at once, the one with two outputs. */
const pairParts = { ...lineParts, model: sequential(dense<1, 1>(1, 1), dense<1, 1>(1, 1)) };
const pair = learner(pairParts);
const pairs = drawing((sampler) => ({
  one: drawRun(sampler, line, drawColumns),
  two: drawRun(sampler, pair, drawColumns),
}));

const both = productOf(lineParts, pairParts);
const half = {
  ...both,
  // The mean of two losses, where the sum was meant.
  loss: {
    run: (at: Parameters<typeof both.loss.run>[0]) => {
      const [value, back] = both.loss.run(at);
      return [multiply(value, 0.5), (w: Tensor<readonly []>) => back(multiply(w, 0.5))] as const;
    },
  },
};

const products: readonly Suspect[] = (
  [
    ['sound', [], both],
    ['the losses are halved', ['F-9'], half],
  ] as const
).map(([name, killedBy, parts]) => ({
  name: `product: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      pairs,
      [
        ({ one, two }) =>
          productIsBoth(
            trainingOf('product', learner(parts), backend),
            { training: trainingOf('one', line, backend), initial: line.init(one.key), batches: one.batches },
            { training: trainingOf('two', pair, backend), initial: pair.init(two.key), batches: two.batches },
          ),
      ],
      { runs: 6 },
    ),
}));

/** Trainings that go on from wherever the last step of any of them has ended. */
const entangled: LineTrainer = (options) => (source) => {
  const start = 'state' in options ? options.state : line.init(options.key);
  return source.pipe(
    map((batch, i) => {
      const [state, { loss: value }] = stepped(i === 0 ? start : (lastOfAll ?? start), batch);
      lastOfAll = state;
      return { step: i + 1, loss: evaluate(value, { backend }).data[0] ?? Number.NaN, metrics: {}, state };
    }),
  );
};

const turns: readonly Suspect[] = (
  [
    ['sound', [], undefined],
    ['both go on from one state', ['F-9'], entangled],
  ] as const
).map(([name, killedBy, trainer]) => ({
  name: `by turns: ${name}`,
  killedBy,
  breaks: () => {
    const training = trainingOf('line', line, backend, trainer);
    return brokenLaws(
      drawing(
        (sampler) => [drawRun(sampler, line, drawColumns), drawRun(sampler, line, drawColumns)] as const,
      ),
      [([one, other]) => apart({ ...one, training }, { ...other, training })],
      { runs: 6 },
    );
  },
}));

/** Eleven points, so that no size but 1 and 11 fills its parts. */
const points = batchDrawer<ColumnBatch>({ input: { shape: [11, 1] }, target: { shape: [11, 1] } });

/** The mean of the parts' means, whatever their sizes. */
const meanOfMeans =
  (state: LineState) =>
  (dataset: ColumnBatch, size: number): number => {
    const parts = [...batches(dataset, { size, remainder: 'keep' })];
    const means = parts.map((part) => evaluate(line.evaluate(state, part).loss, { backend }).data[0] ?? 0);
    return means.reduce((total, each) => total + each, 0) / means.length;
  };

const evaluators: readonly Suspect[] = (
  [
    [
      'the library’s',
      [],
      (state: LineState) => (set: ColumnBatch, size: number) =>
        evaluator(line, set, { size, backend })(state).loss,
    ],
    ['a mean of means', ['F-10'], meanOfMeans],
  ] as const
).map(([name, killedBy, make]) => ({
  name: `evaluator: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing((sampler) => ({ set: points(sampler), state: line.init(key(sampler.integer(0, 99))) })),
      [
        ({ set, state }) =>
          anyParts(
            { name: 'evaluator', of: (each, size) => ({ loss: make(state)(each, size) }) },
            set,
            [1, 2, 3, 4],
          ),
      ],
      { runs: 5 },
    ),
}));

/** Regressions: the loss times `scale`, the rate so many times the largest that is safe. */
const regressions: readonly Suspect[] = (
  [
    ['sound', [], { times: 1, scale: 1 }],
    ['the loss is halved', ['F-15'], { times: 1, scale: 0.5 }],
    ['the sign of the gradient is lost', ['F-15'], { times: 1, scale: -1 }],
    ['the rate is too large', ['F-15'], { times: 8, scale: 1 }],
  ] as const
).map(([name, killedBy, { times, scale }]) => ({
  name: `regression: ${name}`,
  killedBy,
  breaks: () => {
    const told = (at: Points) => {
      const own = learner({
        model: dense<2, 1>(2, 1),
        loss: loss((y: Column, t: Column) => multiply(mean(difference(y, t)), scale)),
        update: sgd({ learningRate: times * safeRate(at) }),
      });
      const steps = fitted(own, at, { steps: 4, backend: double });
      // What is told is the loss that was meant.
      return steps.map((each) => ({ ...each, loss: each.loss / scale }));
    };
    const near = normWise({ rtol: 1e-9, atol: 1e-11 });
    return brokenLaws(
      drawnPoints('any'),
      [
        (at) => knownSteps('dense', { ...at, rate: times * safeRate(at) }, initialLine, told(at), near),
        (at) =>
          lossFalls(
            'dense',
            told(at).map((each) => each.loss),
          ),
      ],
      { runs: 10 },
    );
  },
}));

export const learnerSuspects: readonly Suspect[] = [
  ...losses,
  ...composites,
  ...metrics,
  ...products,
  ...turns,
  ...evaluators,
  ...regressions,
];
