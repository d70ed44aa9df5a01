/** A run that is gone on with: to the bit the run that never stopped, and refused if the pipeline is another. */
import { either } from 'fp-ts';
import * as t from 'io-ts';
import {
  adam,
  dense,
  type DType,
  key,
  learner,
  type LearnerState,
  loss,
  meanSquaredError,
  reduceOnPlateau,
  sgd,
  sparseSoftmaxCrossEntropy,
  type Tensor,
  withRates,
} from 'paralens';
import { withHyperparameters } from 'paralens/update';
import { abs, cast, mean, subtract } from 'paralens/operation';
import {
  adwin,
  type Checkpoint,
  type CheckpointStore,
  columns,
  decoderOfValues,
  delayedLabels,
  type Drift,
  type Example,
  fieldsOf,
  fillMissing,
  type Fold,
  folds,
  hashed,
  iterableSource,
  type Json,
  lags,
  onDrift,
  online,
  overTime,
  patience,
  pipeFold,
  pure,
  raiseRate,
  type Received,
  slidingMean,
  standardize,
  type StepReport,
  withChallenger,
} from 'paralens/online';
import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../../../src/online/checkpoint/encoding.js';
import { bitsOf } from '../../stream/tiny.js';

const values = Array.from({ length: 30 }, (_, i) => (i === 13 ? 1e30 : Math.sin(3 * i)));
const source = iterableSource('numbers', values);
const decode = decoderOfValues(t.number);
const regression = learner({
  model: dense(1, 1),
  loss: meanSquaredError(),
  update: withHyperparameters(0.1, (learningRate) => adam({ learningRate })),
});
type State = ReturnType<typeof regression.init>;
const plain = { source, decode, learner: regression, key: key(1), size: 1 };
const examples = pure((x: number): readonly Example[] => [{ input: [x], target: [2 * x] }]);
const losses = pure(({ loss }: StepReport) => Math.min(loss, 1));
const scale = (state: State, by: number): State => withRates(state, (rate) => rate * by);

const delayed: Fold<never, number, readonly Example[]> = pipeFold(
  pipeFold(
    { initial: 0, step: (n: number, x: number) => [n + 1, { n, x }] as const },
    pure(({ n, x }: { readonly n: number; readonly x: number }) =>
      n % 2 === 0
        ? ({ kind: 'prediction', key: `${n >> 2}`, value: x, at: n } as const)
        : ({ kind: 'label', key: `${n >> 2}`, value: x, at: n } as const),
    ),
  ),
  pipeFold(
    delayedLabels<number, number>({ bound: 4, span: 6 }),
    pure(({ joined }) =>
      joined === undefined ? [] : [{ input: [joined.prediction], target: [joined.label] }],
    ),
  ),
) as never;

const windows = pipeFold(
  columns({
    lags: lags([0, 2]),
    total: pipeFold(
      pure((x: number) => ({ at: Math.abs(x) * 100, value: x })),
      pipeFold(
        overTime({ span: 50 }),
        pure(({ mean }) => [mean]),
      ),
    ),
  }),
  pipeFold(
    standardize({ clip: 3 }),
    pure((row): readonly Example[] => [{ input: [row[0] ?? 0], target: [row[2] ?? 0] }]),
  ),
);

interface Event {
  readonly kind: string;
  readonly step?: number;
  readonly state?: LearnerState<unknown>;
  readonly checkpoint?: () => Checkpoint;
}
const pairs = withChallenger(regression, {
  monitors: pipeFold(losses, adwin({ clock: 4, delta: 0.9 })),
  levelOf: ({ level }: Drift) => level,
  fresh: (n) => regression.init(key(n)),
  trial: 5,
});

/** Runs that go on from a checkpoint, or begin. */
const runs: Readonly<Record<string, (from?: Checkpoint) => Observable<unknown>>> = {
  'rolling back': (from) =>
    online({ ...plain, examples, nonFinite: { rollBack: { steps: 3, rate: 0.5 } }, ...(from && { from }) }),
  'skipping, in batches': (from) =>
    online({ ...plain, size: 4, examples, nonFinite: 'skip', ...(from && { from }) }),
  'a reaction to drift': (from) =>
    online({
      ...plain,
      examples,
      nonFinite: 'skip',
      monitors: pipeFold(losses, adwin({ clock: 4, delta: 0.9 })),
      revise: onDrift(({ level }: Drift) => level, raiseRate({ factor: 2, steps: 3, scale })),
      ...(from && { from }),
    }),
  'a challenger': (from) =>
    online({ ...plain, ...pairs, examples, nonFinite: 'skip', ...(from && { from }) }),
  'a plateau, and patience': (from) =>
    online({
      ...plain,
      learner: regression,
      examples,
      nonFinite: 'skip',
      monitors: pipeFold(losses, patience({ patience: 3, measure: (loss: number) => loss })),
      revise: reduceOnPlateau<ReturnType<typeof regression.init>>({
        factor: 0.5,
        patience: 1,
        measure: ({ loss }) => loss,
      }),
      ...(from && { from }),
    }),
  'delayed labels': (from) =>
    online({ ...plain, examples: delayed, nonFinite: 'skip', ...(from && { from }) }),
  windows: (from) => online({ ...plain, examples: windows, nonFinite: 'skip', ...(from && { from }) }),
};

const told = async (run: Observable<unknown>) => {
  const events = (await lastValueFrom(run.pipe(toArray<unknown>()))) as readonly Event[];
  return events.flatMap(({ kind, step, state, checkpoint }) =>
    step === undefined || kind === 'resumed'
      ? []
      : [{ kind, step, bits: state && bitsOf(state), checkpoint: checkpoint?.() }],
  );
};

test.each(Object.keys(runs))(
  '%s: from each step it goes on as if it had never stopped (F-13)',
  async (name) => {
    const run = runs[name] ?? expect.fail();
    const whole = await told(run());
    expect(whole.length).toBeGreaterThan(5);
    const plainly = (each: (typeof whole)[number]) => ({ ...each, checkpoint: each.checkpoint?.data });
    for (const [i, { checkpoint }] of whole.entries()) {
      // Every other one, which are of all kinds.
      if (checkpoint === undefined || i % 2 === 0) continue;
      expect((await told(run(checkpoint))).map(plainly)).toEqual(whole.slice(i + 1).map(plainly));
    }
  },
);

describe('a pipeline that is another is refused, and the message names the part', () => {
  type Row = { readonly a: number; readonly b: number };
  const rows: readonly Row[] = [1, 2, 3].map((a) => ({ a, b: a / 2 }));
  const wide = learner({ model: dense(2, 1), loss: meanSquaredError(), update: adam() });
  const base = {
    source: iterableSource('rows', rows),
    decode: ({ value }: Received<Row, Json>) => either.right(value),
    learner: wide,
    key: key(1),
    size: 1,
    monitors: folds({ loss: pure(({ loss }: StepReport) => loss), mean: pipeFold(losses, slidingMean(2)) }),
  };
  const example = pure((x: readonly number[]): readonly Example[] => [{ input: x, target: [1] }]);
  const words = (seed: number) =>
    pipeFold(
      pipeFold(
        pure(({ a }: Row) => [`${a}`]),
        hashed({ size: 2, seed }),
      ),
      example,
    );
  const named = (...names: readonly ('a' | 'b')[]) => pipeFold(fieldsOf<'a' | 'b'>(...names), example);
  const lagged = (lag: number) =>
    pipeFold(
      pipeFold(
        pure(({ a }: Row) => a),
        pipeFold(lags([0, lag]), fillMissing()),
      ),
      example,
    );
  const kept = async (run: Observable<unknown>) => {
    const [first] = (await lastValueFrom(run.pipe(toArray<unknown>()))) as readonly Event[];
    return first?.checkpoint?.() ?? expect.fail();
  };

  test.each<
    readonly [string, Fold<never, Row, readonly Example[]>, Fold<never, Row, readonly Example[]>, string]
  >([
    [
      'order of columns',
      named('a', 'b') as never,
      named('b', 'a') as never,
      `fieldsOf.0' was "a", and is "b"`,
    ],
    ['seed', words(0) as never, words(1) as never, "hashed.seed' was 0, and is 1"],
    ['lags', lagged(1) as never, lagged(2) as never, "lags.1' was 1, and is 2"],
  ])('%s', async (_, before, after, message) => {
    const from = await kept(online({ ...base, examples: before }));
    await expect(lastValueFrom(online({ ...base, examples: after, from }))).rejects.toThrow(
      new RegExp(`the features: .*${message.replaceAll('.', String.raw`\.`)}`),
    );
  });

  test('source, model, optimizer and version', async () => {
    const from = await kept(online({ ...base, examples: named('a', 'b'), version: 1 }));
    const refusal = (changed: object) =>
      lastValueFrom(online({ ...base, examples: named('a', 'b'), version: 1, from, ...changed }));
    await expect(refusal({ source: iterableSource('others', rows) })).rejects.toThrow(
      `the source: 'source.name' was "rows", and is "others"`,
    );
    await expect(refusal({ version: 2 })).rejects.toThrow("the version: 'version' was 1, and is 2");
    await expect(
      refusal({ learner: learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() }) }),
    ).rejects.toThrow("the optimizer: 'optimizer.");
    await expect(
      refusal({ learner: learner({ model: dense(3, 1), loss: meanSquaredError(), update: adam() }) }),
    ).rejects.toThrow("the model: 'parameters.0.kernel' is [2, 1]");
    await expect(refusal({ from: { ...from, structure: '0123456789abcdef' } })).rejects.toThrow(
      'an earlier version of paralens',
    );
  });

  test('monitors may be added, removed and changed: those that are there again keep their state', async () => {
    const pipeline = { ...base, examples: named('a', 'b') };
    const counting = (start: number) => ({
      initial: start,
      step: (n: number, { examples: one }: StepReport): readonly [number, number] => [n + one, n + one],
      description: { counting: start },
    });
    const from = await kept(
      online({
        ...pipeline,
        monitors: folds({ first: counting(0), second: counting(10), gone: counting(20) }),
      }),
    );
    const again = online({
      ...pipeline,
      from,
      monitors: folds({ added: counting(30), second: counting(11), first: counting(0) }),
    });
    const events = await lastValueFrom(again.pipe(toArray()));
    expect(events.find(({ kind }) => kind === 'step')).toMatchObject({
      step: 2,
      monitored: { first: 2, second: 12, added: 31 },
    });
    const without = online({ ...base, examples: named('a', 'b'), from, monitors: pure(() => 0) });
    expect((await lastValueFrom(without)).kind).toBe('step');
  });
});

describe('a record that does not fit is a dead letter, and the run goes on, now and when it is resumed', () => {
  const wide = learner({ model: dense(2, 1), loss: meanSquaredError(), update: sgd() });
  const runOver = (rows: readonly unknown[], changed: object = {}) =>
    online({
      source: iterableSource('rows', rows),
      decode: ({ value }: Received<unknown, Json>) => either.right(value as readonly number[]),
      examples: pure((x: readonly number[]): readonly Example[] => {
        if (x.length === 0) throw new Error('empty\nrow');
        return [{ input: x, target: [1] }];
      }),
      learner: wide,
      key: key(1),
      size: 1,
      ...changed,
    });
  const eventsOf = (run: ReturnType<typeof runOver>) => lastValueFrom(run.pipe(toArray()));
  const letters = async (run: ReturnType<typeof runOver>) =>
    (await eventsOf(run)).flatMap((event) => (event.kind === 'dead letter' ? [event.letter] : []));

  const good = [1, 2];
  test('also as the first record: the model knows its shapes', async () => {
    const rows = [[1, 2, 3], good, [1], good, ['1', 2], [1, [2]], good, []];
    const events = await eventsOf(runOver(rows));
    expect(events.map(({ kind }) => kind)).toEqual([
      'dead letter',
      'step',
      'dead letter',
      'step',
      'dead letter',
      'dead letter',
      'step',
      'dead letter',
    ]);
    expect(await letters(runOver(rows))).toMatchObject([
      { kind: 'shape', position: 1, raw: '[1,2,3]' },
      { kind: 'shape', position: 3, reason: 'input: got a list of 1, needed a list of 2' },
      { kind: 'shape', position: 5, reason: 'input.0: got "1", needed a number' },
      { kind: 'shape', position: 6, reason: 'input.1: got a list of 1, needed a number' },
      { kind: 'features', position: 8, reason: 'empty row', raw: '[]' },
    ]);
    expect(events.findLast(({ kind }) => kind === 'step')).toMatchObject({ counts: { records: 7, bad: 4 } });
  });

  test('the form is part of the state', async () => {
    const rows = [good, [1, 2, 3], good, good];
    const [first] = await eventsOf(runOver(rows));
    const from = first?.kind === 'step' ? first.checkpoint() : expect.fail();
    expect(from.data).toMatchObject({ form: { input: 2, target: 1 } });
    expect((await eventsOf(runOver(rows, { from }))).map(({ kind }) => kind)).toEqual([
      'resumed',
      'dead letter',
      'step',
      'step',
    ]);
  });

  test('a pipeline that never fits its model is an error, at its end or after a hundred records', async () => {
    await expect(eventsOf(runOver([[1]]))).rejects.toThrow(
      'no record gave an example that the model accepts',
    );
    const endless = Array.from({ length: 1000 }, () => [1]);
    await expect(eventsOf(runOver(endless))).rejects.toThrow('got 100 refused');
  });

  test.each<readonly [DType, readonly number[], readonly number[]]>([
    ['int32', [0, 2.7, 1, 3e9, 2, -(2 ** 31) - 1, 1], [2.7, 3e9, -(2 ** 31) - 1]],
    ['uint32', [0, -1, 1, 2 ** 32, 2, 0.5, 1], [-1, 2 ** 32, 0.5]],
    ['bool', [0, 2, 1, -1, 1, 0.5, 0], [2, -1, 0.5]],
  ])('a number that %s does not hold is a dead letter', async (dtype, targets, refused) => {
    const events = await lastValueFrom(
      online({
        source: iterableSource('rows', targets),
        decode: ({ value }: Received<number, Json>) => either.right(value),
        examples: pure((target: number): readonly Example[] => [{ input: [1], target: [target] }]),
        learner: learner({
          model: dense(1, 1),
          loss: loss((y: Tensor<readonly [number, 1]>, t: Tensor<readonly [number, 1]>) =>
            mean(abs(subtract(y, cast(t, 'float32')))),
          ),
          update: sgd(),
        }),
        dtypes: { target: dtype },
        key: key(1),
        size: 2,
      }).pipe(toArray()),
    );
    const letters = events.flatMap((event) => (event.kind === 'dead letter' ? [event.letter] : []));
    expect(letters.map(({ raw }) => raw)).toEqual(refused.map(String));
    expect(events.flatMap((event) => (event.kind === 'step' ? [event.examples] : []))).toEqual([2, 2]);
  });

  test('a label that the loss refuses is set aside, and the others of its batch are learned from', async () => {
    const classes = learner({ model: dense(2, 3), loss: sparseSoftmaxCrossEntropy(), update: sgd() });
    const rows = [0, 1, 9, 2, 0, -1, 1, 2].map((label) => ({ label }));
    const run = (from?: Checkpoint, badShare?: { readonly most: number; readonly after: number }) =>
      online({
        source: iterableSource('rows', rows),
        decode: ({ value }: Received<{ readonly label: number }, Json>) => either.right(value),
        examples: pure(({ label }: { readonly label: number }): readonly Example[] => [
          { input: [label, 1], target: label },
        ]),
        learner: classes,
        dtypes: { target: 'int32' },
        key: key(1),
        size: 3,
        ...(from && { from }),
        ...(badShare && { badShare }),
      });
    // It counts as a bad record: three came, and one more is bad.
    await expect(lastValueFrom(run(undefined, { most: 0.2, after: 4 }))).rejects.toThrow('got 25.0 %');
    const events = await lastValueFrom(run().pipe(toArray()));
    expect(events.map(({ kind }) => kind)).toEqual(['dead letter', 'step', 'dead letter', 'step']);
    expect(events.flatMap((event) => (event.kind === 'dead letter' ? [event.letter] : []))).toMatchObject([
      { kind: 'check', position: 3, raw: '{"input":[9,1],"target":9}' },
      { kind: 'check', position: 6, raw: '{"input":[-1,1],"target":-1}' },
    ]);
    const steps = await told(run());
    const [first, second] = steps;
    const [again] = await told(run(first?.checkpoint));
    expect(again?.bits).toEqual(second?.bits);
  });
});

describe('a place for checkpoints', () => {
  /** A folder in memory: what it holds, by number, and the conflict of who has not looked; of bounded plain data. */
  const places = (mostData?: number) => {
    const held: Uint8Array[] = [];
    const open = (): CheckpointStore => {
      let last = 0;
      return {
        restore: async () => {
          last = held.length;
          const newest = held.at(-1);
          const read = newest && (await decodeCheckpoint('it', newest, last));
          return read === undefined
            ? either.right({ checkpoint: undefined, passedOver: [] })
            : either.map((checkpoint: Checkpoint) => ({ checkpoint, passedOver: [] }))(read);
        },
        save: async (checkpoint) => {
          if (held.length > last)
            return either.left({ kind: 'conflict', name: 'it', message: 'another run writes here' });
          const bytes = await encodeCheckpoint('it', checkpoint, last + 1, mostData);
          if (either.isLeft(bytes)) return bytes;
          last = held.push(bytes.right);
          return either.right(`number ${last}`);
        },
      };
    };
    return { held, open };
  };
  const run = (store: CheckpointStore, changed: object = {}) =>
    lastValueFrom(
      online({
        source: iterableSource(
          'numbers',
          [1, 2, 3, 4].map((x) => x / 4),
        ),
        decode,
        examples,
        learner: regression,
        key: key(1),
        size: 1,
        checkpoints: { store, every: { steps: 1 } },
        ...changed,
      }).pipe(toArray()),
    );

  test('that is not empty takes a run that goes on from elsewhere, behind what it holds', async () => {
    const { held, open } = places();
    const events = await run(open());
    const first = events.find(({ kind }) => kind === 'step');
    const from = first?.kind === 'step' ? first.checkpoint() : expect.fail();
    const before = held.length;
    const again = await run(open(), { from });
    expect(again.map(({ kind }) => kind)).not.toContain('save failed');
    expect(again.filter(({ kind }) => kind === 'step')).toHaveLength(3);
    expect(held.length).toBeGreaterThan(before);
  });

  const growing = (megabytes: number) =>
    ({
      initial: '',
      step: (_: string, x: number) => ['x'.repeat(megabytes << 20), [{ input: [x], target: [x] }]] as const,
    }) satisfies Fold<string, number, readonly Example[]>;

  test('states of folds larger than is put into a header stand outside of it, and are read again', async () => {
    const { held, open } = places();
    await run(open(), { examples: growing(2), source: iterableSource('numbers', [1]) });
    const bytes = held.at(-1) ?? expect.fail();
    const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    expect(headerLength).toBeLessThan(10_000);
    expect(bytes.length).toBeGreaterThan(2 << 20);
    const events = await run(open(), { examples: growing(2), source: iterableSource('numbers', [1, 1]) });
    expect(events.map(({ kind }) => kind).slice(0, 2)).toEqual(['resumed', 'step']);
  });

  test('states of folds that are too large to be kept are told, and the run goes on', async () => {
    const events = await run(places(3 << 20).open(), { examples: growing(4) });
    expect(events.filter(({ kind }) => kind === 'step')).toHaveLength(4);
    expect(events.flatMap((event) => (event.kind === 'save failed' ? [event.error] : []))).toContainEqual({
      kind: 'too large',
      name: 'it',
      message: expect.stringContaining('more than 3 MiB of plain data') as string,
    });
  });
});
