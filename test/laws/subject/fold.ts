/** Every fold of the library, with values for it: a row each, whose laws are those of all folds. */
import { dense, type Key, key, learner, meanSquaredError, sgd, withRates } from 'paralens';
import { withHyperparameters } from 'paralens/update';
import { type Law, law, type Sampler } from 'paralens/laws';
import {
  drawFoldExample,
  drawing,
  type FoldExample,
  foldLaws,
  foldsCompose,
  type FoldSubject,
} from 'paralens/laws/kit';
import * as online from 'paralens/online';
import type { Fold, Json } from 'paralens/online';
import { either as E } from 'fp-ts';
import fc from 'fast-check';

/** A row: the name under which it is exported, examples, and laws over them. */
export interface FoldRow {
  readonly name: string;
  readonly check: (
    run: <T>(name: string, examples: fc.Arbitrary<T>, laws: readonly Law<T>[]) => void,
  ) => void;
}

const row = <S extends Json, A, B>(
  name: string,
  fold: Fold<S, A, B>,
  draw: (sampler: Sampler) => A,
  most = 40,
): FoldRow => {
  const subject: FoldSubject<S, A, B> = { name, fold };
  const laws: readonly Law<FoldExample<A>>[] = [
    ...foldLaws(subject),
    law('F-20', (example) => foldsCompose(subject, example)),
  ];
  return {
    name,
    check: (run) => {
      run(
        name,
        drawing((sampler) => drawFoldExample(sampler, draw, most)),
        laws,
      );
    },
  };
};

/** Numbers, and now and then one that is hard to bear. */
const hard = ({ numbers, pick, integer }: Sampler): number =>
  integer(0, 9) === 0
    ? (pick([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e308, -1e308, 5e-324]) ?? 0)
    : (numbers(1, -4, 4)[0] ?? 0);
const number = ({ numbers }: Sampler): number => numbers(1, -4, 4)[0] ?? 0;
const bit = ({ integer }: Sampler): number => integer(0, 1);
const word = ({ pick }: Sampler): string => pick(['a', 'b', 'größe', '__proto__', '']) ?? '';
const record =
  (draw: (sampler: Sampler) => number) =>
  (sampler: Sampler): readonly number[] => [draw(sampler), draw(sampler), draw(sampler)];
const category = ({ pick }: Sampler): online.Category =>
  pick(['a', 'b', 1, '1', true, null, undefined, 'toString']);
const level = ({ pick }: Sampler): online.DriftLevel => pick(['none', 'none', 'warning', 'drift']) ?? 'none';
/** A reaction to where a run stands, as plain data: what folds are given is compared. */
const ofReacted = <S extends Json>(
  reaction: online.Reaction<S, number>,
): Fold<
  readonly [null, S],
  { readonly level: online.DriftLevel; readonly state: number },
  number | undefined
> =>
  online.pipeFold(
    online.pure(({ level: told, state }) => ({ level: told, state: () => state })),
    reaction,
  );
const reacted = (sampler: Sampler) => ({ level: level(sampler), state: number(sampler) });
/** A learner whose rate may be changed, and two of it side by side. */
const line = learner({
  model: dense(1, 1),
  loss: meanSquaredError(),
  update: withHyperparameters(0.5, (learningRate) => sgd({ learningRate })),
});
const contested = online.withChallenger(line, {
  trial: 2,
  monitors: online.pure((): online.DriftLevel => 'none'),
  levelOf: (told) => told,
  fresh: (times) => line.init(key(times)),
});
/** What a run tells of a step, of plain data. */
const stepOf =
  <State>(init: (seed: Key) => State) =>
  ({ monitored, loss, other }: StepData): online.OnlineStep<State, online.DriftLevel> => ({
    kind: 'step',
    step: 1,
    examples: 1,
    loss,
    metrics: { challenger: other },
    monitored,
    position: null,
    counts: { records: 1, bad: 0, skipped: 0 },
    features: null,
    form: { input: 1, target: 1 },
    spent: { reading: 0, preparing: 0, learning: 0, held: 0, bytes: 0 },
    state: init(key(Math.round(16 * loss))),
    checkpoint: () => ({ step: 1, structure: '', tensors: {}, data: null }),
  });
interface StepData {
  readonly monitored: online.DriftLevel;
  readonly loss: number;
  readonly other: number;
}
const stepData = (sampler: Sampler): StepData => ({
  monitored: level(sampler),
  loss: Math.abs(number(sampler)),
  other: Math.abs(number(sampler)),
});
const event = (sampler: Sampler): online.DelayedEvent<number, number> => ({
  kind: sampler.pick(['prediction', 'prediction', 'label'] as const) ?? 'label',
  key: `${sampler.integer(0, 9)}`,
  value: number(sampler),
  at: sampler.integer(0, 50),
});
const eitherOf = (sampler: Sampler): E.Either<{ readonly kind: 'json' | 'codec' }, number> =>
  bit(sampler) === 0 ? E.right(number(sampler)) : E.left({ kind: sampler.pick(['json', 'codec']) ?? 'json' });

/** A detector that looks, drops and begins anew within few numbers. */
const soon = { adwin: { delta: 0.3, clock: 3, buckets: 2, shortest: 2 }, ddm: { after: 3 } } as const;

export const foldRows: readonly FoldRow[] = [
  row('patience', online.patience({ patience: 3, measure: (x: number) => x }), number),
  row(
    'pure',
    online.pure((x: number) => x * 2),
    hard,
  ),
  row('pipeFold', online.pipeFold(online.standardize(), online.fillMissing()), record(hard)),
  row(
    'folds',
    online.folds({
      recent: online.slidingMean(4),
      faded: online.fadingMean(),
      last: online.lastValues<number>(3),
    }),
    number,
  ),
  row(
    'overRight',
    online.overRight<readonly number[], unknown, number, readonly number[]>(online.lags([0, 1])),
    eitherOf,
  ),
  row('decodeCounts', online.decodeCounts(), eitherOf),
  row('badShareLimit', online.badShareLimit({ most: 0.3, after: 3, over: 10 }), eitherOf),
  row(
    'columns',
    online.columns({
      x: online.pipeFold(online.fieldsOf('x'), online.standardize()),
      y: online.pure(({ y }: { readonly y: number }) => y),
    }),
    (sampler) => ({ x: hard(sampler), y: hard(sampler) }),
  ),
  row('fieldsOf', online.fieldsOf('x', 'y'), (sampler) => ({ x: hard(sampler), y: number(sampler) })),
  row('hashed', online.hashed({ size: 4 }), (sampler) => [word(sampler), word(sampler)]),
  row('fillMissing', online.fillMissing({ indicators: true }), (sampler) => [
    hard(sampler),
    null,
    hard(sampler),
  ]),
  row('runningMoments', online.runningMoments(), record(hard)),
  row('standardize', online.standardize({ clip: 3 }), record(hard)),
  row('oneHot', online.oneHot(['a', 1]), category),
  row('oneHotSeen', online.oneHotSeen(3), category),
  row('lastValues', online.lastValues<number>(3), hard),
  row('lags', online.lags([0, 3]), hard),
  row('overTime', online.overTime({ span: 20, parts: 4 }), (sampler) => ({
    at: sampler.integer(0, 60),
    value: hard(sampler),
  })),
  row('fadingMean', online.fadingMean({ factor: 0.9 }), number),
  row('slidingMean', online.slidingMean(7), number),
  row('adwin', online.adwin(soon.adwin), bit, 120),
  row('ddm', online.ddm(soon.ddm), bit, 120),
  row('pageHinkley', online.pageHinkley({ threshold: 2, after: 3 }), number, 120),
  row('delayedLabels', online.delayedLabels<number, number>({ bound: 4, span: 20 }), event),
  row('sizeOrTime', online.sizeOrTime<number>({ size: 4, span: 10, at: (x) => x * 9 }), number),
  row('everyNth', online.everyNth<number>(3), hard),
  row('reset', ofReacted(online.reset((times) => times)), reacted),
  row(
    'raiseRate',
    ofReacted(online.raiseRate({ steps: 3, scale: (rate: number, by) => rate * by })),
    reacted,
  ),
  row(
    'onDrift',
    online.pipeFold(
      online.pure(stepOf(line.init)),
      online.onDrift(
        (told: online.DriftLevel) => told,
        online.raiseRate({
          steps: 3,
          scale: (state: ReturnType<typeof line.init>, by) => withRates(state, (rate) => rate * by),
        }),
      ),
    ),
    stepData,
    12,
  ),
  row(
    'withChallenger',
    online.pipeFold(online.pure(stepOf(contested.learner.init)), contested.revise),
    stepData,
    12,
  ),
  row('challenger', online.challenger({ trial: 3 }), (sampler) => ({
    level: level(sampler),
    champion: number(sampler),
    challenger: number(sampler),
  })),
];

/** Functions of `paralens/online` that are no folds, or that make none. */
export const noFolds: readonly string[] = [
  'PROMETHEUS_TYPE',
  'mapPulled',
  'scanPulled',
  'toPull',
  'checkpointing',
  'concatMoments',
  'counters',
  'decoder',
  'decoderOfValues',
  'firstDifference',
  'fromPull',
  'foldOver',
  'hotSwap',
  'isBroken',
  'iterableSource',
  'jsonOfText',
  'jsonText',
  'keyValueCheckpoints',
  'momentsOf',
  'murmur3',
  'namedSpecs',
  'namedTensors',
  'noCounters',
  'noMoments',
  'observableSource',
  'online',
  'parametersMessage',
  'pendingPredictions',
  'prometheus',
  'restoreTree',
  'runFold',
  'snapshots',
  'sse',
  'structureHash',
  'tokensOf',
  'variancesOf',
  'webSocket',
  'wordsOf',
];
