/**
 * What folds cost a record: decoding, features and monitors, one after another on one core. Processor time of this
 * process, the median of rounds, so that what else runs on the machine counts little.
 * `node --conditions=source --import tsx test/bench/folds.ts`
 */
import * as t from 'io-ts';
import {
  adwin,
  columns,
  ddm,
  decodeCounts,
  decoder,
  delayedLabels,
  fadingMean,
  fieldsOf,
  fillMissing,
  type Fold,
  folds,
  hashed,
  type Json,
  lags,
  oneHot,
  overRight,
  pageHinkley,
  pipeFold,
  pure,
  sizeOrTime,
  slidingMean,
  standardize,
} from 'paralens/online';
import { type Figure, median } from './measure.js';
import { printTable } from './table.js';

const RECORDS = 20_000;
const ROUNDS = 15;

/** Microseconds of processor time a record. */
const costOf = <S extends Json, A, B>({ initial, step }: Fold<S, A, B>, values: readonly A[]): number => {
  let state = initial;
  const rounds = Array.from({ length: ROUNDS + 5 }, () => {
    const before = process.cpuUsage();
    for (const value of values) [state] = step(state, value);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / values.length;
  });
  return median(rounds.slice(5));
};

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'] as const;
const rows = Array.from({ length: RECORDS }, (_, i) =>
  names.map((_name, j) => Math.round(1000 * Math.sin(i * (j + 1))) / 1000),
);
const records = rows.map(([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0, j = 0]) => {
  return { a, b, c, d, e, f, g, h, i, j };
});
const words = rows.map((row) => row.map((x) => `word${Math.round(9 * x)}`));
const lines = records.map((record, position) => ({ value: JSON.stringify(record), position }));
const lists = rows.map((x, position) => ({ value: JSON.stringify({ x }), position }));
const bits = rows.map(([x = 0]) => Number(x > 0.9));

const ten = t.type({
  a: t.number,
  b: t.number,
  c: t.number,
  d: t.number,
  e: t.number,
  f: t.number,
  g: t.number,
  h: t.number,
  i: t.number,
  j: t.number,
});
const list = t.type({ x: t.array(t.number) });
const readTen = decoder(ten);
const readList = decoder(list);
const standard = columns({ all: pipeFold(fieldsOf(...names), standardize()) });

const whole = pipeFold(
  pure((line: (typeof lines)[number]) => readTen(line)),
  folds({ counts: decodeCounts(), features: overRight(standard) }),
);

const rowsOf: readonly (readonly [name: string, micros: number])[] = [
  [
    'JSON.parse alone, ten named numbers',
    costOf(
      pure((line: (typeof lines)[number]) => JSON.parse(line.value) as unknown),
      lines,
    ),
  ],
  [
    'JSON.parse alone, a list of ten',
    costOf(
      pure((line: (typeof lines)[number]) => JSON.parse(line.value) as unknown),
      lists,
    ),
  ],
  [
    'decoder, ten named numbers',
    costOf(
      pure((line: (typeof lines)[number]) => readTen(line)),
      lines,
    ),
  ],
  [
    'decoder, a list of ten',
    costOf(
      pure((line: (typeof lists)[number]) => readList(line)),
      lists,
    ),
  ],
  ['decoder, counts and standardized columns', costOf(whole, lines)],
  ['fieldsOf ten, standardize', costOf(standard, records)],
  ['standardize ten', costOf(standardize(), rows)],
  ['fillMissing ten', costOf(fillMissing(), rows)],
  [
    'oneHot of 3',
    costOf(
      oneHot(['a', 'b', 'c']),
      rows.map((_, i) => (i % 2 === 0 ? 'a' : 'z')),
    ),
  ],
  ['hashed, ten words in 32 columns', costOf(hashed({ size: 32 }), words)],
  ['lags 1, 2, 7', costOf(lags([1, 2, 7]), bits)],
  ['fadingMean', costOf(fadingMean(), bits)],
  ['slidingMean of 1000', costOf(slidingMean(1000), bits)],
  ['adwin', costOf(adwin(), bits)],
  ['ddm', costOf(ddm(), bits)],
  ['pageHinkley', costOf(pageHinkley(), bits)],
  ['sizeOrTime of 32', costOf(sizeOrTime<readonly number[]>({ size: 32 }), rows)],
  [
    'delayedLabels, 10000 waiting',
    costOf(
      delayedLabels<number, number>({ bound: 10_000 }),
      bits.map((value, i) => ({ kind: 'prediction', key: `${i}`, value }) as const),
    ),
  ],
];

const figures = rowsOf.flatMap(([workload, micros]): readonly Figure[] => [
  { workload, engine: 'js', threads: 1, metric: 'a record', value: micros, unit: 'µs' },
]);
printTable(figures);
