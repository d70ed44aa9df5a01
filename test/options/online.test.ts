/** Every option of every function of `paralens/online` refuses what it cannot mean, at the call. */
import * as t from 'io-ts';
import { dense, key, learner, meanSquaredError, sgd } from 'paralens';
import * as exported from 'paralens/online';
import { NEVER } from 'rxjs';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Call, namedIn, names, type Options, refuses } from './meaning.js';

const all: Readonly<Record<string, unknown>> = { ...exported };
const named = namedIn(all);

const tiny = learner({ model: dense(1, 1), loss: meanSquaredError(), update: sgd() });
const store = {
  save: () => Promise.reject(new Error('not called')),
  restore: () => Promise.reject(new Error('not called')),
};
const run = {
  source: exported.iterableSource('none', ['']),
  decode: exported.decoder(t.type({ x: t.number })),
  examples: exported.pure(() => []),
  learner: tiny,
  key: key(1),
  size: 1,
};
/** A run with one more option. */
const online = (options: object): unknown => exported.online({ ...run, ...options });
const withChallengerOptions = (options: object): unknown =>
  exported.withChallenger(tiny, {
    monitors: exported.pure(() => ({ level: 'none' as const })),
    levelOf: ({ level }) => level,
    fresh: (n) => tiny.init(key(n)),
    trial: 1,
    ...options,
  });
const socket = { policy: 'latest', constructor: WebSocket };

const taken: Readonly<Record<string, Options>> = {
  // pulling
  fromPull: named('fromPull', [[]], { prefetch: 'count' }),
  patience: {
    patience: ['count', (value: never) => exported.patience({ patience: value, measure: Number })],
    measure: ['function', (value: never) => exported.patience({ patience: 1, measure: value })],
  },
  toPull: {
    policy: ['choice', (value: never) => (exported.toPull as Call)([], value)],
    buffer: ['count', (value: never) => (exported.toPull as Call)([], { buffer: value })],
    sample: ['rate', (value: never) => (exported.toPull as Call)([], { sample: value })],
  },
  // decoding
  decoder: named('decoder', [t.number], {
    longest: 'size',
    deepest: 'size',
    raw: 'size',
    integers: 'choice',
  }),
  decoderOfValues: named('decoderOfValues', [t.number], { deepest: 'size', raw: 'size' }),
  badShareLimit: named(
    'badShareLimit',
    [],
    {
      most: 'wholeShare',
      after: 'count',
      over: 'atLeast1',
    },
    { most: 0.5 },
  ),
  // features
  fillMissing: {
    by: ['double', (value: never) => exported.fillMissing({ by: value })],
    'one of by': ['double', (value: never) => exported.fillMissing({ by: [1, value] })],
    indicators: ['boolean', (value: never) => exported.fillMissing({ indicators: value })],
  },
  hashed: named('hashed', [], { size: 'count', seed: 'integer', signed: 'boolean' }, { size: 4 }),
  lags: { ago: ['countFrom0', (value: never) => exported.lags([value])] },
  lastValues: { count: ['count', (value: never) => exported.lastValues(value)] },
  oneHotSeen: { most: ['count', (value: never) => exported.oneHotSeen(value)] },
  overTime: named('overTime', [], { span: 'positiveDouble', parts: 'count' }, { span: 1 }),
  standardize: named('standardize', [], { clip: 'limit' }),
  // monitors
  adwin: named('adwin', [], {
    delta: 'innerShare',
    range: 'positiveDouble',
    clock: 'count',
    buckets: 'countFrom2',
    shortest: 'count',
    direction: 'choice',
  }),
  challenger: named('challenger', [], { trial: 'count', share: 'positiveDouble' }, { trial: 1 }),
  ddm: named('ddm', [], { warning: 'positiveDouble', drift: 'limit', after: 'count' }),
  delayedLabels: named('delayedLabels', [], { bound: 'count', span: 'limit' }, { bound: 1 }),
  everyNth: { n: ['count', (value: never) => exported.everyNth(value)] },
  fadingMean: named('fadingMean', [], { factor: 'positiveShare' }),
  pageHinkley: named('pageHinkley', [], {
    delta: 'doubleFrom0',
    threshold: 'positiveDouble',
    fading: 'positiveShare',
    direction: 'choice',
    after: 'count',
  }),
  raiseRate: named(
    'raiseRate',
    [],
    {
      factor: 'positiveDouble',
      steps: 'count',
      scale: 'function',
    },
    { steps: 1, scale: Number },
  ),
  reset: { fresh: ['function', (value: never) => exported.reset(value)] },
  sizeOrTime: named('sizeOrTime', [], { size: 'count', span: 'limit', at: 'function' }, { size: 1 }),
  slidingMean: { size: ['count', (value: never) => exported.slidingMean(value)] },
  // runs
  withChallenger: {
    trial: ['count', (value: never) => withChallengerOptions({ trial: value })],
    share: ['positiveDouble', (value: never) => withChallengerOptions({ share: value })],
    levelOf: ['function', (value: never) => withChallengerOptions({ levelOf: value })],
    fresh: ['function', (value: never) => withChallengerOptions({ fresh: value })],
  },
  checkpointing: {
    ...named('checkpointing', [], { report: 'function', now: 'function' }, { store }),
    steps: ['countOrInfinity', (value: never) => exported.checkpointing({ store, every: { steps: value } })],
    seconds: ['limit', (value: never) => exported.checkpointing({ store, every: { seconds: value } })],
  },
  counters: {
    steps: ['count', (value: never) => exported.counters({ every: { steps: value } })],
    seconds: ['positive', (value: never) => exported.counters({ every: { seconds: value } })],
  },
  keyValueCheckpoints: named('keyValueCheckpoints', [{}], { keep: 'count', piece: 'count' }, { name: 'run' }),
  onDrift: {
    levelOf: [
      'function',
      (value: never) =>
        exported.onDrift(
          value,
          exported.reset(() => tiny.init(key(1))),
        ),
    ],
  },
  online: {
    size: ['count', (value: never) => online({ size: value })],
    wait: ['rate', (value: never) => online({ wait: value })],
    predictions: ['boolean', (value: never) => online({ predictions: value })],
    version: ['name', (value: never) => online({ version: value })],
    input: ['choice', (value: never) => online({ dtypes: { input: value } })],
    target: ['choice', (value: never) => online({ dtypes: { target: value } })],
    nonFinite: ['choice', (value: never) => online({ nonFinite: value })],
    'rollBack.steps': [
      'count',
      (value: never) => online({ nonFinite: { rollBack: { steps: value, rate: 0.5 } } }),
    ],
    'rollBack.rate': [
      'rate',
      (value: never) => online({ nonFinite: { rollBack: { steps: 1, rate: value } } }),
    ],
    gradientNorm: ['limit', (value: never) => online({ limits: { gradientNorm: value } })],
    'badShare.most': ['wholeShare', (value: never) => online({ badShare: { most: value } })],
    'badShare.after': ['count', (value: never) => online({ badShare: { most: 1, after: value } })],
    'badShare.over': ['atLeast1', (value: never) => online({ badShare: { most: 1, over: value } })],
    'checkpoints.steps': [
      'countOrInfinity',
      (value: never) => online({ checkpoints: { store, every: { steps: value } } }),
    ],
    'checkpoints.seconds': [
      'limit',
      (value: never) => online({ checkpoints: { store, every: { seconds: value } } }),
    ],
  },
  snapshots: {
    steps: ['count', (value: never) => exported.snapshots(tiny, { every: { steps: value } })],
    seconds: ['positive', (value: never) => exported.snapshots(tiny, { every: { seconds: value } })],
    input: ['choice', (value: never) => exported.snapshots(tiny, { dtypes: { input: value } })],
  },
  // sources
  observableSource: {
    policy: ['choice', (value: never) => exported.observableSource('never', NEVER, value)],
    buffer: ['count', (value: never) => exported.observableSource('never', NEVER, { buffer: value })],
    sample: ['rate', (value: never) => exported.observableSource('never', NEVER, { sample: value })],
  },
  sse: named('sse', ['http://127.0.0.1'], {
    retry: 'rate',
    maxLength: 'length',
    fetch: 'function',
    report: 'function',
  }),
  webSocket: {
    ...named(
      'webSocket',
      ['ws://127.0.0.1'],
      {
        policy: 'choice',
        retry: 'rate',
        report: 'function',
      },
      socket,
    ),
    buffer: [
      'count',
      (value: never) =>
        (all['webSocket'] as (...given: unknown[]) => unknown)('ws://127.0.0.1', {
          ...socket,
          policy: { buffer: value },
        }),
    ],
  },
};

/** Functions that take folds, records, states or names, and no option that has bounds. */
const without = new Set(
  [
    'pipeFold columns concatMoments decodeCounts fieldsOf firstDifference foldOver folds hotSwap isBroken iterableSource jsonOfText',
    'jsonText momentsOf murmur3 namedSpecs namedTensors oneHot overRight parametersMessage prometheus pure restoreTree',
    'mapPulled pendingPredictions runFold runningMoments scanPulled structureHash tokensOf variancesOf wordsOf',
  ].flatMap((line) => line.split(' ')),
);

test('every exported function is in the table, or takes no option that has bounds', () => {
  expect(names(exported).filter((name) => !(name in taken || without.has(name)))).toEqual([]);
});

refuses(taken);
