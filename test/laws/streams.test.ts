/** The laws of streams: what each export of src/stream is held to, none left out. */
import {
  adam,
  type Batch,
  type Batches,
  batches,
  batchesOf,
  bestSoFar,
  dense,
  earlyStopping,
  evaluator,
  key,
  type Learner,
  learner,
  type LearnerState,
  meanSquaredError,
  momentum,
  progress,
  reduceOnPlateau,
  type Rows,
  runningMean,
  runningScore,
  type Scalar,
  scalar,
  type Score,
  sgd,
  type Tensor,
  tensor,
  withRates,
} from 'paralens';
import { withHyperparameters } from 'paralens/update';
import { reference } from 'paralens/program';
import { foldOver, patience, pure } from 'paralens/online';
import { check, checkSource, law, type Verdict } from 'paralens/laws';
import {
  anyParts,
  batchDrawer,
  batcherLaws,
  bitwise,
  type Cut,
  drawCut,
  drawing,
  drawnOf,
  drawRun,
  type Numbered,
  numbered,
  onceAnEpoch,
  operatorLaws,
  passesOn,
  resumes,
  revisedTraining,
  type Run,
  same,
  statesStay,
  type StreamSubject,
  trainingLaws,
  trainingOf,
  unrevised,
} from 'paralens/laws/kit';
import fc from 'fast-check';
import { map, type Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import * as streams from '../../src/stream/index.js';
import { bitsOf } from '../stream/tiny.js';
import { everyBackend, runsOn } from './subject/backends.js';
import { pulledSources } from './subject/pulled-source.js';

const cuts = drawing(drawCut);

/** What an operator over plain values is run on. */
type Plain<T> = Pick<Run<unknown, T>, 'others' | 'k' | 'gaps'> & { readonly values: readonly T[] };

const plainRuns = <T>(value: (integer: (low: number, high: number) => number, i: number) => T) =>
  drawing(({ integer }): Plain<T> => {
    const several = (): readonly T[] => Array.from({ length: integer(0, 8) }, (_, i) => value(integer, i));
    return { values: several(), others: several(), k: integer(1, 8), gaps: [integer(0, 3), integer(0, 3)] };
  });

/** F-3, F-4, F-5, F-7 and F-8 of an operator that is made anew for each run. */
const checkOperator = <T, U>(
  name: string,
  operator: (run: Plain<T>) => StreamSubject<T, U>['operator'],
  value: Parameters<typeof plainRuns<T>>[0],
): void => {
  check(
    name,
    plainRuns(value),
    operatorLaws<T, U, Plain<T>>(
      (run) => ({ name, operator: operator(run), plain: (emission) => emission }),
      ({ values }) => values,
    ),
  );
};

const silent = { write: () => undefined };
const step = (_: unknown, i: number) => ({ step: i + 1, loss: 1 / (i + 1) });
const digit = (integer: (low: number, high: number) => number): number => integer(0, 9);

const collect = async <T>(source: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
};

async function* examples(count: number, width: number) {
  for (let i = 0; i < count; i++)
    yield {
      input: tensor(
        Array.from({ length: width }, () => i),
        [width],
      ),
      target: tensor(i, 'int32'),
    };
}

/** Each export, by its name, with what holds of it; a missing one does not compile. */
const table: { readonly [N in keyof typeof streams]: () => void | Promise<void> } = {
  batches: async () => {
    check('batches', cuts, batcherLaws('batches', batches));
    // The same as they come to rxjs, which takes them one promise after the other.
    const data = batches(numbered({ count: 7, width: 2 }), { size: 2, shuffle: key(1), epochs: 2 });
    const all: Batches<Rows<Numbered>> = data;
    expect((await collect(all)).map(drawnOf)).toEqual([...all].map(drawnOf));
  },
  batchesOf: async () => {
    // Collected before they are looked at: a law has no promise to wait for.
    const drawn = fc.sample(cuts, { numRuns: 20, seed: 20_210_301 }).map(async (each) => {
      const cut: Cut = { ...each, epochs: 1, seed: undefined };
      const { count, width, size, remainder } = cut;
      return { cut, stacked: await collect(batchesOf(examples(count, width), { size, remainder })) };
    });
    const collected = await Promise.all(drawn);
    const once = law('F-14', ({ cut, stacked }: (typeof collected)[number]) =>
      onceAnEpoch('batchesOf', cut, stacked.map(drawnOf)),
    );
    check('batchesOf', fc.constantFrom(...collected), once, { runs: 40 });
  },
  earlyStopping: () => {
    const stopping = ({ k }: Pick<Plain<number>, 'k'>) =>
      earlyStopping<number>({ patience: Math.ceil(k / 2), measure: (value) => value });
    checkOperator('earlyStopping', stopping, digit);
    check('earlyStopping', plainRuns(digit), ({ values, k }) =>
      passesOn({ name: 'earlyStopping', operator: stopping({ k }) }, values, 'prefix'),
    );
  },
  bestSoFar: () => {
    checkOperator('bestSoFar', () => bestSoFar((value: number) => value), digit);
  },
  patience: () => {
    checkOperator(
      'patience',
      ({ k }) => foldOver(() => patience({ patience: k, measure: (value: number) => value })),
      digit,
    );
  },
  foldOver: () => {
    const sum = { initial: 0, step: (total: number, value: number) => [total + value, 2 * total] as const };
    checkOperator('foldOver', () => foldOver(() => sum), digit);
  },
  pure: () => {
    checkOperator('pure', () => foldOver(() => pure((value: number) => -value)), digit);
  },
  // On every backend, below.
  evaluator: () => undefined,
  // Policies that lose something, and errors, are in test/stream/pull.test.ts.
  fromPull: () => checkSource(pulledSources.fromPull),
  mapPulled: () => checkSource(pulledSources.mapPulled),
  scanPulled: () => checkSource(pulledSources.scanPulled),
  toPull: () => checkSource(pulledSources.toPull),
  progress: () => {
    const watching = () => progress<ReturnType<typeof step>>({ total: 8, output: silent });
    checkOperator('progress', watching, step);
    check('progress', plainRuns(step), ({ values }) =>
      passesOn({ name: 'progress', operator: watching() }, values, 'all'),
    );
  },
  // On every backend, below.
  ratesOf: () => undefined,
  reduceOnPlateau: () => undefined,
  runningMean: () => {
    checkOperator('runningMean', ({ k }) => runningMean(k), digit);
  },
  runningScore: () => {
    const score: Score<Tensor<Scalar>, Tensor<Scalar>> = {
      measure: (value) => ({ total: value }),
      empty: { total: [0] },
      concat: (a, b) => ({ total: [(a['total']?.[0] ?? 0) + (b['total']?.[0] ?? 0)] }),
      value: ({ total: [total = 0] = [] }) => total,
    };
    const folded = (source: Observable<number>) =>
      source.pipe(
        map((value) => [scalar(value), scalar(0)] as const),
        runningScore(score),
      );
    checkOperator('runningScore', () => folded, digit);
  },
  train: () => {
    // More learners on every backend are in learner.test.ts.
    const line = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
    const draw = batchDrawer<Parameters<typeof line.evaluate>[1]>({
      input: { shape: [3, 2] },
      target: { shape: [3, 1] },
    });
    check(
      'train',
      drawing((sampler) => drawRun(sampler, line, draw)),
      trainingLaws(trainingOf('train', line, reference())),
      { runs: 10 },
    );
  },
  withRates: () => {
    const lineOf = (rate: number) =>
      learner({
        model: dense(2, 1),
        loss: meanSquaredError(),
        update: withHyperparameters(rate, (learningRate) => momentum({ learningRate })),
      });
    const line = lineOf(0.25);
    const draw = batchDrawer<Parameters<typeof line.evaluate>[1]>({
      input: { shape: [3, 2] },
      target: { shape: [3, 1] },
    });
    const example = drawing((sampler) => ({
      from: sampler.integer(0, 100),
      factor: 2 ** sampler.integer(-5, 5),
      batch: draw(sampler),
    }));
    check('withRates', example, law('O-16', changedIsMade(lineOf)), { runs: 10 });
    // An update without such a rate has none that could be changed.
    const plain = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() }).init(key(1));
    expect(bitsOf(withRates(plain, () => 0))).toEqual(bitsOf(plain));
  },
};

interface Changed<A, L> {
  readonly from: number;
  readonly factor: number;
  readonly batch: Batch<A, L>;
}

/** O-16: a state whose rate was changed goes on ≡ as one that was made with that rate. */
const changedIsMade =
  <State extends Pick<LearnerState<unknown>, 'optimizer'>, A, B, L>(
    lineOf: (rate: number) => Learner<State, A, B, L>,
  ) =>
  ({ from, factor, batch }: Changed<A, L>): Verdict => {
    const made = lineOf(0.25 * factor);
    const changed = withRates(lineOf(0.25).init(key(from)), (rate) => rate * factor);
    // The learner that was made with the old rate, on a state with the new one.
    const next = [lineOf(0.25).step(changed, batch), made.step(made.init(key(from)), batch)];
    const [got, expected] = next.map(([state]) => bitsOf(state));
    return same(bitwise, got, expected, {
      law: 'O-16',
      subject: 'withRates',
      what: 'a rate that is changed is not the rate of the next step',
    });
  };

describe('each export of src/stream', () => {
  test('is in the table', () => {
    expect(Object.keys(table).toSorted()).toEqual(Object.keys(streams).toSorted());
  });

  test.each(Object.entries(table))('%s', async (_, checkExport) => {
    await checkExport();
  });
});

describe.each(everyBackend)('reduceOnPlateau on $name, threads: $threads', (backend) => {
  const line = learner({
    model: dense(2, 1),
    loss: meanSquaredError(),
    update: withHyperparameters(0.25, (learningRate) => momentum({ learningRate })),
  });
  const draw = batchDrawer<Parameters<typeof line.evaluate>[1]>({
    input: { shape: [3, 2] },
    target: { shape: [3, 1] },
  });

  test('revised training is a fold of its steps, and resumes', () => {
    // A third of the losses is no measure.
    const revise = reduceOnPlateau<ReturnType<typeof line.init>>({
      factor: 0.5,
      patience: 1,
      measure: ({ loss }) => (Math.floor(loss * 1000) % 3 === 0 ? undefined : loss),
    });
    check(
      'reduceOnPlateau',
      drawing((sampler) => {
        const run = drawRun(sampler, line, draw);
        return { ...run, initial: unrevised(run.initial, revise) };
      }),
      trainingLaws(revisedTraining('reduceOnPlateau', line, backend, revise)),
      { runs: runsOn(backend, 6) },
    );
  });
});

describe.each(everyBackend)('evaluator on $name, threads: $threads', (backend) => {
  test('F-10 is the mean of its batches, for any batch size', () => {
    const line = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
    const set = batchDrawer<Parameters<typeof line.evaluate>[1]>({
      input: { shape: [7, 2] },
      target: { shape: [7, 1] },
    });
    const example = drawing((sampler) => ({
      dataset: set(sampler),
      state: line.init(key(sampler.integer(0, 99))),
    }));
    check(
      'evaluator',
      example,
      ({ dataset, state }) =>
        anyParts(
          {
            name: 'evaluator',
            of: (each, size) => ({ loss: evaluator(line, each, { size, backend })(state).loss }),
          },
          dataset,
          [1, 2, 3, 4, 6],
        ),
      { runs: 3 },
    );
  });
});

test('F-2 states of a long run, computed again and read in any order', () => {
  const line = learner({ model: dense(2, 1), loss: meanSquaredError(), update: adam() });
  const draw = batchDrawer<Parameters<typeof line.evaluate>[1]>({
    input: { shape: [3, 2] },
    target: { shape: [3, 1] },
  });
  const steps = Array.from({ length: 150 }, (_, i) => i);
  const example = drawing((sampler) => ({
    batch: draw(sampler),
    initial: line.init(key(sampler.integer(0, 99))),
    order: sampler.value(fc.shuffledSubarray(steps, { minLength: 9 })),
  }));
  for (const backend of everyBackend) {
    const training = trainingOf('train', line, backend);
    check(
      'F-2',
      example,
      ({ batch, initial, order }) =>
        statesStay(
          training,
          initial,
          steps.map(() => batch),
          order,
        ),
      { runs: 2 },
    );
  }
});

test('F-13 a run over a shuffled data set resumes where it was stopped', () => {
  const line = learner({ model: dense(2, 1), loss: meanSquaredError(), update: adam() });
  const draw = batchDrawer<Parameters<typeof line.evaluate>[1]>({
    input: { shape: [9, 2] },
    target: { shape: [9, 1] },
  });
  const training = trainingOf('train', line, reference());
  const example = drawing((sampler) => ({
    dataset: draw(sampler),
    initial: line.init(key(sampler.integer(0, 99))),
    stop: sampler.integer(0, 12),
    seed: sampler.integer(0, 99),
  }));
  check(
    'F-13',
    example,
    ({ dataset, initial, stop, seed }) => {
      // The data are gone through afresh, as in a process of their own, and those already seen skipped.
      const data = () => batches(dataset, { size: 2, shuffle: key(seed), epochs: 3 });
      return resumes(training, initial, [[...data()].slice(0, stop), [...data()].slice(stop)]);
    },
    { runs: 5 },
  );
});
