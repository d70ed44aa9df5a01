/** Folds with planted bugs. */
import {
  adwin,
  decoder,
  delayedLabels,
  type DelayedState,
  type Fold,
  type Json,
  type Moments,
  type Placed,
  type RawRecord,
  runFold,
  runningMoments,
  sizeOrTime,
  slidingMean,
} from 'paralens/online';
import { law } from 'paralens/laws';
import {
  adwinIsNaive,
  batchesEach,
  brokenLaws,
  decodesEach,
  drawFoldExample,
  drawing,
  foldLaws,
  type FoldOperations,
  foldOperations,
  foldsCompose,
  joinsEach,
  type MomentOperations,
  momentOperations,
  momentsOfParts,
  naiveAdwin,
  type Reads,
} from 'paralens/laws/kit';
import {
  drawLate,
  drawMoments,
  type Drawn,
  drawRecords,
  drawStream,
  type Late,
  LONGEST,
  type Reading,
  reading,
} from '../subject/records.js';
import { plant } from './plant.js';
import type { Suspect } from './suspect.js';

const fold = <S extends Json, B>(
  name: string,
  killedBy: readonly string[],
  make: () => Fold<S, number, B>,
): Suspect => ({
  name: `fold: ${name}`,
  killedBy,
  breaks: () =>
    brokenLaws(
      drawing((sampler) => drawFoldExample(sampler, ({ integer }) => integer(-5, 5))),
      foldLaws({ name, fold: make() }),
      { runs: 30 },
    ),
});

/** A sum by the rules. */
const sum: Fold<number, number, number> = { initial: 0, step: (total, x) => [total + x, total + x] };

const foldSuspects: readonly Suspect[] = [
  fold('a sum', [], () => sum),
  fold('the library’s sliding mean', [], () => slidingMean(3)),
  fold('the state is written to', ['F-19'], () => {
    const step = (last: number[], x: number): readonly [number[], number] => {
      last.push(x);
      return [last, last.length];
    };
    return { initial: [], step };
  }),
  fold('what was made is the state, and written to', ['F-19'], () => ({
    initial: { seen: 0 },
    step: (state: { seen: number }, x) => {
      const next = { seen: state.seen + 1 };
      state.seen = x;
      return [next, next.seen];
    },
  })),
  fold('the total is hidden', ['F-13', 'F-19'], () => {
    let total = 0;
    return { initial: null, step: (state: null, x) => [state, (total += x)] };
  }),
  fold('the state is no plain data', ['F-13'], () => {
    const initial: Json = Object.create({ inherited: 1 }) as Json;
    return { initial, step: (state: Json, x) => [state, x] };
  }),
  fold('half of the state is in a symbol', ['F-13'], () => {
    const hidden = Symbol('hidden');
    type Hiding = { readonly [name: string]: Json } & { readonly [hidden]?: number };
    const initial: Hiding = {};
    return {
      initial,
      step: (state: Hiding, x) => {
        const total = (state[hidden] ?? 0) + x;
        const next: Hiding = { [hidden]: total };
        return [next, total];
      },
    };
  }),
];

const composition = (
  name: string,
  killedBy: readonly string[],
  operations: Partial<FoldOperations>,
): Suspect =>
  plant(
    `composition of folds: ${name}`,
    killedBy,
    (sampler) => drawFoldExample(sampler, ({ integer }) => integer(-5, 5)),
    [
      law('F-20', (example) =>
        foldsCompose({ name: 'sum', fold: sum }, example, { ...foldOperations, ...operations }),
      ),
    ],
    { runs: 30 },
  );

const compositionSuspects: readonly Suspect[] = [
  composition('the library’s', [], {}),
  composition('the second fold forgets', ['F-20'], {
    pipeFold: (first, second) => ({
      initial: [first.initial, second.initial],
      step: ([s, t], a) => {
        const [next, b] = first.step(s, a);
        return [[next, t], second.step(t, b)[1]];
      },
    }),
  }),
  composition('the first fold begins anew', ['F-20'], {
    pipeFold: (first, second) => ({
      initial: [first.initial, second.initial],
      step: ([, t], a) => {
        const [s, b] = first.step(first.initial, a);
        const [next, c] = second.step(t, b);
        return [[s, next], c];
      },
    }),
  }),
  composition('by name, states stay', ['F-20'], {
    folds: (parts) => {
      const { initial, step } = foldOperations.folds(parts);
      return { initial, step: (state, a) => [state, step(state, a)[1]] };
    },
  }),
];

const moments = (name: string, killedBy: readonly string[], changed: Partial<MomentOperations>): Suspect =>
  plant(
    `moments: ${name}`,
    killedBy,
    drawMoments,
    [law('F-21', (example) => momentsOfParts(example, { ...momentOperations, ...changed }))],
    { runs: 60 },
  );

const mapMoments = (f: (count: number, square: number, mean: number) => number) => (each: Moments) =>
  each.squares.map((square, i) => f(each.counts[i] ?? 0, square, each.means[i] ?? 0));

const momentSuspects: readonly Suspect[] = [
  moments('the library’s', [], {}),
  moments('Welford divides by n', ['F-21'], {
    variances: mapMoments((count, square) => (count === 0 ? 0 : square / count)),
  }),
  moments('the square is of the distance to the old mean', ['F-21'], {
    running: () => {
      const { initial, step } = runningMoments();
      return {
        initial,
        step: (before, record) => {
          const [next] = step(before, record);
          const squares = record.map((x, i) => (before.squares[i] ?? 0) + (x - (before.means[i] ?? x)) ** 2);
          return [
            { ...next, squares },
            { ...next, squares },
          ];
        },
      };
    },
  }),
  moments('parts leave out how far their means are apart', ['F-21'], {
    concat: (a, b) => {
      const both = momentOperations.concat(a, b);
      return { ...both, squares: both.squares.map((_, i) => (a.squares[i] ?? 0) + (b.squares[i] ?? 0)) };
    },
  }),
  moments('a mean of means', ['F-21'], {
    concat: (a, b) => {
      const both = momentOperations.concat(a, b);
      if (a.counts.length === 0 || b.counts.length === 0) return both;
      return { ...both, means: both.means.map((_, i) => ((a.means[i] ?? 0) + (b.means[i] ?? 0)) / 2) };
    },
  }),
];

const detector = (name: string, killedBy: readonly string[], told: typeof naiveAdwin): Suspect =>
  plant(
    `adwin: ${name}`,
    killedBy,
    drawStream,
    [law('F-22', ({ numbers, options }) => adwinIsNaive(numbers, options, told))],
    { runs: 60 },
  );

const detectorSuspects: readonly Suspect[] = [
  detector('the library’s', [], (numbers, options) => runFold(adwin(options), numbers)[1]),
  detector('the window of all numbers', [], naiveAdwin),
  detector('it never drops', ['F-22'], (numbers) => {
    let total = 0;
    return numbers.map((x, i) => ({ level: 'none', mean: (total += x) / (i + 1), count: i + 1 }));
  }),
  detector(
    'it looks only every second time',
    ['F-22'],
    (numbers, options) => runFold(adwin({ ...options, clock: 2 * options.clock }), numbers)[1],
  ),
  detector(
    'δ is half as large',
    ['F-22'],
    (numbers, options) => runFold(adwin({ ...options, delta: options.delta / 2 }), numbers)[1],
  ),
  detector(
    'one bucket more of each size',
    ['F-22'],
    (numbers, options) => runFold(adwin({ ...options, buckets: options.buckets + 1 }), numbers)[1],
  ),
];

const decoding = (name: string, killedBy: readonly string[], read: Reads<Reading>): Suspect =>
  plant(
    `decoder: ${name}`,
    killedBy,
    drawRecords,
    [law('F-23', (records: readonly Drawn[]) => decodesEach(read, records))],
    { runs: 40 },
  );

const sound = decoder(reading, { longest: LONGEST });

/** What stays with the first place that it was given. */
const alwaysAt = (read: Reads<Reading>): Reads<Reading> => {
  let first: { readonly position: unknown } | undefined;
  return <P>({ value, position }: Placed<RawRecord, P>) => {
    first ??= { position };
    return read({ value, position: first.position as P });
  };
};
const joins = delayedLabels<number, number>({ bound: 4 });

const keeping = (name: string, killedBy: readonly string[], join: typeof joins): Suspect =>
  plant(
    `delayed labels: ${name}`,
    killedBy,
    drawLate,
    [law('F-23', ({ events }: Late) => joinsEach(join, events, 4))],
    { runs: 60 },
  );

const lossSuspects: readonly Suspect[] = [
  decoding('the library’s', [], sound),
  decoding('without a look at keys and depth', ['F-23'], ({ value, position }) => {
    const read = sound({ value, position });
    if (read._tag === 'Right' || !['key', 'too deep'].includes(read.left.kind)) return read;
    return { _tag: 'Right', right: JSON.parse(typeof value === 'string' ? value : value.text) as Reading };
  }),
  decoding('what is no JSON is thrown', ['F-23'], ({ value, position }) => {
    JSON.parse(typeof value === 'string' ? value : value.text);
    return sound({ value, position });
  }),
  decoding('a dead letter has another text', ['F-23'], ({ value, position }) => {
    const read = sound({ value, position });
    return read._tag === 'Right' ? read : { ...read, left: { ...read.left, raw: 'somewhere' } };
  }),
  decoding('every dead letter is from one place', ['F-23'], alwaysAt(sound)),
  keeping('the library’s', [], joins),
  keeping('what expires is dropped in silence', ['F-23'], {
    ...joins,
    step: (state, event) => {
      const [next, made] = joins.step(state, event);
      return [next, { ...made, expired: [] }];
    },
  }),
  keeping('a label leaves its prediction waiting', ['F-23'], {
    ...joins,
    step: (state, event) => {
      const [next, made] = joins.step(state, event);
      const kept: DelayedState<number> = made.joined ? { ...next, buckets: state.buckets } : next;
      return [kept, made];
    },
  }),
  plant(
    'batches: the record that closes one by time is lost',
    ['F-23'],
    ({ integers }) => integers(12, 0, 20),
    [
      law('F-23', (records: readonly number[]) => {
        const { initial, step } = sizeOrTime<number>({ size: 4, span: 7, at: (x) => x });
        return batchesEach(
          {
            initial,
            step: (held, x) => {
              const [next, made] = step(held, x);
              return [made === undefined ? next : [], made];
            },
          },
          records,
        );
      }),
    ],
  ),
];

export const onlineSuspects: readonly Suspect[] = [
  ...foldSuspects,
  ...compositionSuspects,
  ...momentSuspects,
  ...detectorSuspects,
  ...lossSuspects,
];
